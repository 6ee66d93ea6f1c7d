"""The commands of a service: names, arguments and help. What they do is in `server.commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from server.failures import call

SERVICE = "Serve a team"

app = typer.Typer()
keys = typer.Typer(help="API keys: make, list, revoke, rotate.", no_args_is_help=True)
tenants = typer.Typer(
    help="Tenants: list, agree on retention, delete all data.", no_args_is_help=True
)
app.add_typer(keys, name="keys", rich_help_panel=SERVICE)
app.add_typer(tenants, name="tenants", rich_help_panel=SERVICE)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Prefix = Annotated[str, typer.Argument(metavar="PREFIX", help="The part after sf_.")]


@app.command(rich_help_panel=SERVICE)
def serve(
    host: Annotated[str | None, typer.Option(help="The address. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port. [8000]")] = None,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Shorts at once made here; 0 for the API alone.")
    ] = 1,
    json: Json = False,
) -> None:
    """Serve the HTTP API, with a worker beside it."""
    call("service:serve", json, host, port, workers)


@app.command(rich_help_panel=SERVICE)
def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Shorts at once.")] = 2,
    json: Json = False,
) -> None:
    """Make the shorts that an API has queued."""
    call("service:worker", json, concurrency)


@keys.command()
def create(
    tenant: Annotated[str, typer.Option(help="Whose key it is.")] = "local",
    scopes: Annotated[str, typer.Option(help="Of read, write and admin.")] = "read,write",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int | None, typer.Option(help="How long it is good. [for ever]")] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown once."""
    call("keys:create", json, tenant, scopes, name, days)


@keys.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option(help="Only of this tenant.")] = None,
    json: Json = False,
) -> None:
    """List keys by their prefixes."""
    call("keys:list_keys", json, tenant)


@keys.command()
def revoke(prefix: Prefix, json: Json = False) -> None:
    """End a key now."""
    call("keys:revoke", json, prefix)


@keys.command()
def rotate(
    prefix: Prefix,
    hours: Annotated[
        int, typer.Option(min=0, max=720, help="How long the old one stays good.")
    ] = 24,
    json: Json = False,
) -> None:
    """Make a key like this one, and let this one end."""
    call("keys:rotate", json, prefix, hours)


@tenants.command("list")
def list_tenants(json: Json = False) -> None:
    """List tenants with their shorts and keys."""
    call("tenants:list_tenants", json)


@tenants.command()
def retention(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name.")],
    days: Annotated[
        int | None, typer.Option(metavar="N", help="How long its finished shorts are kept.")
    ] = None,
    default: Annotated[
        bool, typer.Option("--default", help="As long as everybody's again.")
    ] = False,
    json: Json = False,
) -> None:
    """Agree how long a tenant's finished shorts are kept."""
    call("tenants:retention", json, tenant, days, default)


@tenants.command("delete")
def delete_tenant(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really delete.")] = False,
    json: Json = False,
) -> None:
    """Delete all data of a tenant, and prove it."""
    call("tenants:delete_tenant", json, tenant, yes)
