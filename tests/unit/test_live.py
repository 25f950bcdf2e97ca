"""What a live run does between a change and the page: which files it sees, what it runs again, what it serves and to whom."""

import http.client
import json
import os
import socket
import threading
import time

import pytest
import yaml

from analysis.live.agenda import Agenda
from analysis.live.pages import reworded, wording_of
from analysis.live.server import Server, serving
from analysis.live.watch import Watch


@pytest.fixture
def project(tmp_path):
    """A project of three notebooks and two studies: the second reads what the first makes, the third reads neither."""
    runs = {"01_first": ["data/raw/${item}/claims.csv"], "02_second": ["data/processed/${item}/results/01_first.json"]}
    runs["03_third"] = ["data/raw/${item}/records", "data/processed/raw_files/${item}.txt"]
    stages = {
        "raw_files": {"cmd": "python -m analysis raw-files", "deps": ["data/raw"], "outs": ["data/processed/raw_files"]}
    }
    for name, reads in runs.items():
        stages[name[3:]] = {
            "foreach": ["one", "two"],
            "do": {
                "cmd": f"python -m analysis run {name} --study ${{item}}",
                "deps": [f"notebooks/{name}.ipynb", *reads],
                "outs": [f"data/processed/${{item}}/results/{name}.json"],
            },
        }
    for study in ("one", "two"):
        (tmp_path / "data/raw" / study).mkdir(parents=True)
        (tmp_path / "data/processed" / study / "results").mkdir(parents=True)
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    (tmp_path / "params.yaml").write_text(
        yaml.safe_dump({name: {"one": {"seed": 1}, "two": {"seed": 1}} for name in runs})
    )
    return tmp_path


RAW = {"raw_files"}


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("data/raw/one/claims.csv", RAW | {"first@one"}),
        ("data/raw/two/records/a.csv", RAW | {"third@two"}),
        ("data/raw/two/records", RAW | {"third@two"}),
        ("data/raw/one/recordset.csv", RAW),
        ("notebooks/02_second.ipynb", {"second@one", "second@two"}),
        ("src/analysis/reporting/template/style.css", set()),
        ("CITATION.cff", set()),
    ],
)
def test_a_change_makes_stale_what_reads_it(project, changed, stale):
    agenda = Agenda(project)
    agenda.mark([changed])
    assert agenda.stale == stale


def test_a_parameter_reruns_its_own_run_alone(project):
    agenda = Agenda(project)
    given = yaml.safe_load((project / "params.yaml").read_text())
    given["03_third"]["two"]["seed"] = 2
    (project / "params.yaml").write_text(yaml.safe_dump(given))
    agenda.mark(["params.yaml"])
    assert agenda.stale == {"third@two"}


def test_what_reads_a_result_waits_for_it_and_runs_only_if_it_is_another(project):
    agenda = Agenda(project)
    agenda.mark(["data/raw/one/claims.csv", "notebooks/02_second.ipynb"])
    agenda.stale -= RAW
    assert [stage.name for stage in agenda.next([], [], [])] == ["first@one", "second@two"]
    first, made = agenda.stages["first@one"], project / "data/processed/one/results/01_first.json"
    for stage in (agenda.stages["second@two"], first):
        agenda.begin(stage)
        agenda.done(stage)
    assert agenda.stale == {"second@one"}  # its own notebook changed
    agenda.stale.clear()
    agenda.begin(first)
    made.write_text("{}")
    agenda.begin(first)  # it was stopped after it had written, and starts again
    agenda.done(first)
    assert agenda.stale == {"second@one"}
    assert agenda.next([], ["second@one"], []) == []
    assert agenda.next([], [], ["second@one"]) == []


def test_the_open_page_comes_first_with_what_it_waits_for(project):
    agenda = Agenda(project)
    agenda.stale = {"first@one", "second@one", "first@two", "third@one", *RAW}
    for page, expected in (
        ("one/02_second.html", ["first@one"]),
        ("one/03_third.html", ["raw_files"]),
        ("two/01_first.html", ["first@two"]),
        ("index.html", ["raw_files", "first@one", "first@two"]),
    ):
        assert [stage.name for stage in agenda.next([page], [], [])] == expected


def test_a_page_beside_an_appendix_is_that_stages_too(project):
    agenda, data = Agenda(project), project / "data/processed/one/pages/02_second.json"
    assert agenda.pages(agenda.stages["second@one"]) == ["one/02_second.html"]
    data.parent.mkdir()
    data.write_text(json.dumps({"parts": {"claims": {}}}))
    assert agenda.pages(agenda.stages["second@one"]) == ["one/02_second.html", "one/claims.html"]
    agenda.stale = {"first@two", "second@one"}
    assert [stage.name for stage in agenda.next(["one/claims.html"], [], [])] == ["second@one"]


def test_one_study_runs_its_own_stages_and_those_that_serve_all(project):
    assert set(Agenda(project, "two").stages) == {"raw_files", "first@two", "second@two", "third@two"}


def test_files_that_come_change_and_go_are_seen_once_each_when_they_are_whole(project):
    watch, file = Watch(project), project / "data/raw/one/claims.csv"
    assert watch.changed() == watch.changed() == frozenset()
    for write in (lambda: file.write_text("a"), lambda: file.write_text("bc"), file.unlink):
        write()
        assert watch.changed() == frozenset()  # it may still be being written
        assert watch.changed() == {"data/raw/one/claims.csv"}
        assert watch.changed() == frozenset()


def test_a_file_that_grows_is_waited_for_and_one_saved_by_renaming_is_seen(project):
    file = project / "data/raw/one/claims.csv"
    file.write_text("old")
    stamp = file.stat().st_mtime_ns
    watch = Watch(project)
    for text in ("a", "ab", "abc"):
        file.write_text(text)
        assert watch.changed() == frozenset()
    assert watch.changed() == {"data/raw/one/claims.csv"}
    (file.with_suffix(".tmp")).write_text("new")  # as long, and as old
    os.utime(file.with_suffix(".tmp"), ns=(stamp, stamp))
    (file.with_suffix(".tmp")).replace(file)
    assert (watch.changed(), watch.changed()) == (frozenset(), {"data/raw/one/claims.csv"})


def test_what_editors_leave_beside_a_file_is_no_change(project):
    watch = Watch(project)
    for name in (".claims.csv.swp", "claims.csv~", "#claims.csv#", "claims.csv.part"):
        (project / "data/raw/one" / name).write_text("")
    assert watch.changed() == watch.changed() == frozenset()


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": sort, "source": [text]} for sort, text in cells]})


BEFORE = notebook(("markdown", "## Old"), ("code", 'show(frame, "By part.", name="parts")'))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (BEFORE, {}),
        (notebook(("markdown", "## New"), ("code", 'show(frame, "By part.", name="parts")')), {"## Old": "## New"}),
        (
            notebook(("markdown", "## Old"), ("code", 'show(frame,  "By stream.", name="parts")')),
            {"By part.": "By stream."},
        ),
        (notebook(("markdown", "## Old"), ("code", 'show(other, "By part.", name="parts")')), None),
        (notebook(("markdown", "## Old"), ("code", 'show(frame, "By part.", name="parts", level=1)')), None),
        (notebook(("markdown", "## Old"), ("code", "show(")), None),
        (notebook(("markdown", "## Old")), None),
        ("{", None),
    ],
)
def test_only_a_change_of_words_is_shown_before_the_notebook_ran(after, words):
    assert wording_of(BEFORE, after) == words


def test_words_replace_whole_texts_alone():
    page = {"blocks": [{"type": "markdown", "source": "## Old"}, {"caption": ["## Old", "not ## Old"]}]}
    new = [{"type": "markdown", "source": "## New"}, {"caption": ["## New", "not ## Old"]}]
    assert reworded(page, {"## Old": "## New"}) == {"blocks": new}


@pytest.fixture
def served(tmp_path):
    """A server of one folder, beside which lies what it must not serve."""
    for name in ("reports/index.html", "reports/study/05.html", "private/study/results.html", "outside.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "reports/link.txt").symlink_to(tmp_path / "outside.txt")
    with serving(Server({"pages": tmp_path / "reports"}, 0)) as server:
        yield server


def asked(server, path, host="", method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{server.server_port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def test_pages_are_served_and_nothing_beside_them(served):
    base = f"/{served.key}/"
    assert asked(served, f"{base}pages/study/05.html")[:2] == (200, "reports/study/05.html")
    assert "live.js" in asked(served, base)[1]
    for path in (
        "pages/../outside.txt", "pages/%2e%2e/outside.txt", "pages/..%5coutside.txt", "pages//etc/passwd", "pages/link.txt", "pages/study",
        "private/study/results.html", "../outside.txt", "session.py", "../session.py", "pages/%00", "nothing",
    ):  # fmt: skip
        assert asked(served, base + path)[0] == 404, path
    for path in ("/pages/index.html", "/index.html", "/", f"/{served.key[:-1]}/pages/index.html"):
        assert asked(served, path)[0] == 404, path


def test_another_name_of_the_machine_is_refused(served):
    address, port = f"/{served.key}/pages/index.html", served.server_port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}"):
        assert asked(served, address, host)[0] == 200
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "localhost",
        f"127.0.0.1.evil.example:{port}",
        f"localhost:{port + 1}",
    ):
        assert asked(served, address, host)[0] == 403


def test_nothing_is_taken_in_and_answers_say_how_they_may_be_used(served):
    address = f"/{served.key}/pages/index.html"
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert asked(served, address, method=method)[0] == 501
    status, text, headers = asked(served, address, method="HEAD")
    assert (status, text, headers["Content-Length"]) == (200, "", "18")
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"] is None


def test_only_the_loopback_interface_is_listened_on(served):
    assert served.server_address[0] == "127.0.0.1"
    others = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
        "127.0.0.1",
        "127.0.1.1",
    }
    for other in others:
        with pytest.raises(OSError):
            socket.create_connection((other, served.server_port), timeout=5)


def test_a_browser_is_told_the_state_and_each_change_and_is_known_by_its_page(served):
    connection = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=10)
    connection.request("GET", f"/{served.key}/events?page=study/05.html")
    stream = connection.getresponse()
    told = lambda: json.loads(stream.readline().decode().removeprefix("data: ")) if stream else {}  # noqa: E731
    assert told()["versions"] == {}
    stream.readline()
    assert list(served.told.open.values()) == ["study/05.html"]
    served.told.written(["study/05.html"])
    assert told()["versions"] == {"study/05.html": 1}
    stream.readline()
    threading.Thread(target=served.told.end).start()
    stream.read()  # which the end of a run ends
    connection.close()
    ended = time.monotonic() + 5
    while served.told.open and time.monotonic() < ended:
        time.sleep(0.01)
    assert served.told.open == {}
