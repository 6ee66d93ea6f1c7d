"""A service that cannot start says what is in the way."""

import socket

import pytest


def test_a_data_home_that_cannot_be_used_is_named(shortfactory, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SHORTFACTORY_HOME", str(tmp_path / "file" / "home"))
    answer = shortfactory("serve", "--workers", "0", "--port", "1")
    assert answer.code == 2
    assert "The data home" in answer.err
    assert "cannot be used" in answer.err


def test_a_database_that_does_not_answer_is_named(shortfactory, monkeypatch):
    monkeypatch.setenv("SHORTFACTORY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    answer = shortfactory("serve", "--workers", "0", "--port", "1")
    assert answer.code == 4
    assert "SHORTFACTORY_DATABASE_URL" in answer.err


@pytest.mark.usefixtures("with_database")
def test_a_port_that_is_taken_is_named(shortfactory):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = shortfactory("serve", "--workers", "0", "--port", port)
    assert answer.code == 2
    assert f"127.0.0.1:{port} cannot be served: taken" in answer.err
