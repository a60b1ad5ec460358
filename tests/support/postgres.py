"""One PostgreSQL server for a test run, started by the first test that needs it.

``TEST_DATABASE_URL`` names a server to use instead; its role must be allowed to create databases
and roles. Otherwise Debian's server runs in a temporary folder, on a Unix socket, without fsync,
as the user ``postgres`` when we are root. It ends when the test run ends, however that ends: a shell beside it
waits for the end of a pipe that only the controller of the run holds open.

Each worker has a database copied from a migrated one. The tests' app connects as a role that owns no
table and is no superuser, because row-level security does not bind those.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.support.once import only_one

#: The environment variable through which the controller tells its workers the run's folder.
FOLDER = "SANBAO_TEST_POSTGRES"
GIVEN = "TEST_DATABASE_URL"
ROLES = Path(__file__).resolve().parents[2] / "deploy" / "postgresql-roles.sql"
START_SECONDS = 60

#: Runs the server in the background until the pipe on standard input ends.
KEEPER = 'exec 3<&0; ("$@" 3<&- & server=$!; cat <&3 >/dev/null; kill -INT $server) &'

#: Pages up to which a table is emptied row by row: a truncated one gets new files for itself and each index, which
#: takes twenty times as long, and a table of more pages is planned as a larger one.
FEW_PAGES = 8

#: Ends what a test left open; one in the middle of a transaction is waited for, as it may be about to commit.
END = """
select pg_terminate_backend(pid, case when xact_start is null then 0 else 5000 end) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usename <> current_user
"""

#: Empties the tables that were written and sets their keys back; an untouched table costs nothing. Rules and
#: triggers sleep for a superuser, whatever points at what; another owner truncates.
EMPTY = f"""
do $$
declare
  one record;
  quiet boolean := current_setting('is_superuser')::boolean;
  names text := '';
begin
  perform set_config('sanbao.scope', '*', true);
  if quiet then perform set_config('session_replication_role', 'replica', true); end if;
  for one in
    select oid::regclass::text as name, pg_relation_size(oid) as size from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
      and pg_relation_size(oid) > 0
  loop
    if quiet and one.size <= {FEW_PAGES} * 8192 then execute 'delete from ' || one.name;
    else names := names || ', ' || one.name; end if;
  end loop;
  if names <> '' then execute 'truncate ' || substr(names, 3) || ' cascade'; end if;
  perform setval(seqrelid, seqstart, false) from pg_sequence join pg_class on pg_class.oid = seqrelid
    where relnamespace = 'public'::regnamespace and pg_sequence_last_value(seqrelid) is not null;
end $$
"""


@dataclass(frozen=True)
class Keeper:
    """What the controller holds: the run's folder and the open end of the pipe."""

    folder: Path
    pipe: int

    def close(self) -> None:
        """Let the server go and remove what the run left behind."""
        os.close(self.pipe)
        pid_file, until = self.folder / "data" / "postmaster.pid", time.monotonic() + START_SECONDS
        while pid_file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        given = os.environ.get(GIVEN)
        if given and (self.folder / "databases").exists():
            _drop_all(make_url(given), (self.folder / "databases").read_text().split())
        shutil.rmtree(self.folder)


def prepare() -> Keeper:
    """Make the run's folder; called once, by the controller. Starts nothing."""
    folder = Path(tempfile.mkdtemp(prefix="sanbao-pg-"))
    folder.chmod(0o755)
    os.mkfifo(folder / "alive")
    os.environ[FOLDER] = str(folder)
    return Keeper(folder, os.open(folder / "alive", os.O_RDWR))


@dataclass(frozen=True)
class Database:
    """A worker's database: how its owner and how the app connect."""

    owner: URL
    app: URL

    @contextmanager
    def sweeping(self) -> Iterator[Callable[[], None]]:
        """Give what brings it back to how the migrations left it.

        Its connection stays until the block ends: a new one reads the catalogue of a hundred tables anew.
        """
        with psycopg.connect(_conninfo(self.owner), autocommit=True) as connection:

            def sweep() -> None:
                connection.execute(END)
                connection.execute(EMPTY)

            yield sweep


def database_for(worker: str, migrate: Callable[[URL], None]) -> Database:
    """Return a fresh database for a worker; ``migrate`` makes the tables when nobody has yet."""
    folder = Path(os.environ[FOLDER])
    with only_one(folder / "lock"):
        server = _server(folder)
        password, template = _template(folder, server, migrate)
        name = f"{template}_{worker}"
        with psycopg.connect(_conninfo(server), autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        _note(folder, name)
    owner = server.set(database=name)
    return Database(owner, owner.set(username=f"{template}_app", password=password))


@contextmanager
def fresh_database(like: Database) -> Iterator[Database]:
    """A database without tables on the same server, for migrations; dropped afterwards."""
    name = f"sanbao_empty_{secrets.token_hex(6)}"
    with psycopg.connect(_conninfo(like.owner), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield Database(like.owner.set(database=name), like.app.set(database=name))
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _template(folder: Path, server: URL, migrate: Callable[[URL], None]) -> tuple[str, str]:
    """Make the migrated database and the app's role once; return the role's password and the name."""
    done = folder / "template"
    if done.exists():
        password, name = done.read_text().split()
        return password, name
    password, name = secrets.token_hex(16), f"sanbao_test_{secrets.token_hex(4)}"
    role = f"{name}_app"
    with psycopg.connect(_conninfo(server), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("create role {} login nosuperuser password {}").format(sql.Identifier(role), sql.Literal(password))
        )
    _note(folder, f"{name} {role}")
    with psycopg.connect(_conninfo(server.set(database=name)), autocommit=True) as connection:
        for statement in ROLES.read_text(encoding="utf-8").replace(":owner", server.username or "").split(";"):
            connection.execute(statement.replace(":app", role).encode())
    migrate(server.set(database=name))
    done.write_text(f"{password} {name}")
    return password, name


def _server(folder: Path) -> URL:
    given = os.environ.get(GIVEN)
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    if not (folder / "data" / "postmaster.pid").exists():
        _start(folder)
    return URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})


def _start(folder: Path) -> None:
    programs, user = _programs(), _user()
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(data, user)
        shutil.chown(folder, user)
    with (folder / "log").open("wb") as log:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            stdout=log, stderr=log, check=True, user=user, cwd=folder, env={"PATH": os.defpath},
        )  # fmt: skip
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off", "max_connections": "200",
            "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB", "autovacuum": "off",
        }  # fmt: skip
        options = [f"--{key}={value}" for key, value in settings.items()]
        command = [str(programs / "postgres"), "-D", str(data), *options]
        with (folder / "alive").open("rb") as alive:
            subprocess.run(
                ["/bin/sh", "-c", KEEPER, "keeper", *command],
                stdin=alive, stdout=log, stderr=log, check=True, start_new_session=True, user=user, cwd=folder,
            )  # fmt: skip
    _wait(folder)


def _wait(folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start:\n" + (folder / "log").read_text(encoding="utf-8", errors="replace"))


def _programs() -> Path:
    """Find the server's programs: Debian keeps them out of the path, a folder a version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise RuntimeError(f"no PostgreSQL server is installed (script/setup test does it) and {GIVEN} is not set")
    return Path(on_path).resolve().parent


def _user() -> str | None:
    """Name the user to run as: the server refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _note(folder: Path, names: str) -> None:
    """Remember what stands on a given server, so that it can be dropped at the end."""
    with (folder / "databases").open("a") as file:
        file.write(names + "\n")


def _drop_all(server: URL, names: list[str]) -> None:
    with psycopg.connect(_conninfo(server), autocommit=True) as connection:
        for name in names:
            if not name.endswith("_app"):
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        for name in names:
            if name.endswith("_app"):
                connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))
