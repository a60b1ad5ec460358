from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import database_url, from_environment
from portal.kernel.errors import OperatorError

ROOT = Path(__file__).resolve().parents[3]
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "environment", [{}, {"SECRET_KEY": ""}, {"SECRET_KEY": SECRET[:-1]}, {"SANBAO_ENV": "production"}]
)
def test_production_without_a_secret_of_its_own_refuses_to_start(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="SECRET_KEY"):
        from_environment({"SANBAO_VAR": str(tmp_path), **environment})


def test_production_has_secure_cookies(tmp_path: Path) -> None:
    config = from_environment({"SANBAO_VAR": str(tmp_path), "SECRET_KEY": SECRET})
    assert config["SESSION_COOKIE_SECURE"] is True
    assert config["SESSION_COOKIE_HTTPONLY"] is True
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["SESSION_COOKIE_NAME"] == "__Host-sanbao"


def test_each_development_start_has_another_secret(tmp_path: Path) -> None:
    environment = {"SANBAO_VAR": str(tmp_path), "SANBAO_ENV": "development"}
    first, second = from_environment(environment), from_environment(environment)
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) >= 32


@pytest.mark.parametrize(
    ("name", "value"), [("SANBAO_ENV", "staging"), ("SANBAO_PROXIES", "two"), ("SANBAO_PROXIES", "-1")]
)
def test_a_value_that_makes_no_sense_is_a_fault(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=name):
        from_environment({"SANBAO_VAR": str(tmp_path), "SECRET_KEY": SECRET, name: value})


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_postgresql_goes_through_psycopg_3(prefix: str) -> None:
    assert database_url({"DATABASE_URL": f"{prefix}me@host/sanbao"}) == "postgresql+psycopg://me@host/sanbao"


def test_the_embedded_database_is_the_default(tmp_path: Path) -> None:
    assert database_url({"SANBAO_VAR": str(tmp_path / "var")}) == f"sqlite:///{tmp_path / 'var' / 'sanbao.sqlite'}"


def test_the_server_without_a_secret_ends_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env={"SANBAO_VAR": str(tmp_path), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr == "sanbao: Set SECRET_KEY to a random text of at least 32 characters.\n"
