"""The tools, through the SDK's own client in this process."""

TINY = {"providers": "offline", "seconds": 5, "scenes": 1}


async def test_tools_say_what_they_are(own_client):
    async with own_client() as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert tools["short_status"].annotations.read_only_hint
    assert tools["cancel_short"].annotations.destructive_hint
    assert all(tool.description and tool.output_schema for tool in tools.values())
    assert "at" not in tools["create_short"].input_schema["properties"]


async def test_mistakes_come_back_with_their_cure(own_client, ask, script):
    async with own_client() as client:
        wrong = [
            (
                "create_short",
                {"short": {"topic": "Bees", "providers": "offline"}},
                "needs a writer",
            ),
            ("create_short", {"short": {"script": script, "style": "cubist"}}, "cubist"),
            ("create_short", {"short": {"script": script, "budget_usd": "a lot"}}, "budget_usd"),
            ("create_short", {"short": {"script": script, "language": "tlh-x"}}, "language"),
            ("create_short", {"short": {"script": script, "source": "x"}}, "not both"),
            ("create_short", {"short": {"script": "\0"}}, "script"),
            ("create_short", {"short": {"topic": 5}}, "topic"),
            (
                "create_short",
                {"short": {**TINY, "script": script, "webhook_url": "http://x"}},
                "web",
            ),
            ("short_status", {"id": "../../etc/passwd"}, "No short has the id"),
            ("download_short", {"id": "0" * 32}, "No short has the id"),
            ("approve_short", {"id": "'; drop table runs;--", "script_version": 1}, "No short"),
            ("reroll_short", {"id": "0" * 32, "change": {"again": ["sound"]}}, "again"),
            ("reroll_short", {"id": "0" * 32, "change": {"scene": 1}}, "No short"),
            ("list_shorts", {"limit": 10_000}, "limit"),
        ]
        for tool, arguments, said in wrong:
            result = await client.call_tool(tool, arguments)
            assert result.is_error, (tool, arguments)
            assert said in result.content[0].text
            assert "Traceback" not in result.content[0].text
        assert (await ask(client, "list_shorts"))["shorts"] == []


async def test_a_price_without_making_anything(own_client, ask, script):
    async with own_client() as client:
        free = await ask(client, "estimate_short", short={"script": script, **TINY})
        dear = {"script": script, **TINY, "providers": "simulator"}
        live = await ask(client, "estimate_short", short=dear)
    assert (free["expected_usd"], free["fits"]) == ("0", True)
    assert 0 < float(live["expected_usd"]) <= float(live["needed_usd"]) <= float(live["worst_usd"])


async def test_an_old_version_cannot_be_approved(own_client, ask, until, script):
    async with own_client() as client:
        short = await ask(client, "create_short", short={"script": script, **TINY})
        await until(client, short["id"], "waiting_approval")
        stale = {"id": short["id"], "script_version": 7}
        result = await client.call_tool("approve_short", stale)
        assert result.is_error
        rejected = {"id": short["id"], "script_version": 1, "decision": "reject"}
        await ask(client, "approve_short", **rejected)
        await until(client, short["id"], "rejected")
