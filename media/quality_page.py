"""The acceptance test as one page for a person: verdict, findings with their frames, numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from media.files import whole_file
from media.measures import Row, rows
from media.report import Expected, Finding, Report
from media.stills import stills
from shortfactory.errors import MediaError

TEMPLATE = Path(__file__).with_suffix(".html")
STILL_HEIGHT_PX = 480
MOST_FRAMES = 40  # a page stays below a few megabytes, whatever is wrong with the film


def write_page(film: Path, title: str, report: Report, expected: Expected, out: Path) -> None:
    """Write one HTML file that needs nothing else: styles and frames are inside.

    A film that cannot be opened gets its page without frames.

    Raises:
        StorageError: `out` cannot be written.
    """
    middles = {scene.number: (scene.start_ms + scene.end_ms) // 2 for scene in expected.scenes}
    wanted = [each.at_ms for each in report.findings if each.at_ms is not None]
    try:
        frames = stills(film, [*wanted, *middles.values()][:MOST_FRAMES], STILL_HEIGHT_PX)
    except MediaError:
        frames = dict[int, bytes]()
    faulty = {each.scene for each in report.findings if each.severity == "fail"}
    page = Template(TEMPLATE.read_text("utf-8")).substitute(
        title=escape(title),
        verdict="Passed" if report.passed else "Failed",
        verdict_class="" if report.passed else "failed",
        summary=escape(_summary(report)),
        findings="\n".join(_finding(each, frames) for each in report.findings)
        or "<p>Nothing is wrong with this film.</p>",
        scenes="\n".join(
            _figure(frames[at_ms], f"Scene {number} · {_clock(at_ms)}", failed=number in faulty)
            for number, at_ms in middles.items()
            if at_ms in frames
        ),
        rows="\n".join(_table(rows(report, expected))),
    )
    with whole_file(out) as part:
        part.write_text(page, "utf-8")


def _summary(report: Report) -> str:
    fails = sum(each.severity == "fail" for each in report.findings)
    warns = len(report.findings) - fails
    counted = f"{len(report.measurements)} measurements on the finished file"
    return f"{counted}; {_count(fails, 'fault')}, {_count(warns, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _finding(finding: Finding, frames: Mapping[int, bytes]) -> str:
    where = [finding.check.replace("_", " ")]
    where += [f"scene {finding.scene}"] if finding.scene is not None else []
    where += [_clock(finding.at_ms)] if finding.at_ms is not None else []
    facts = f"{' · '.join(where)} · measured {finding.measured}, limit {finding.limit}"
    seen = frames.get(finding.at_ms) if finding.at_ms is not None else None
    picture = _figure(seen, _clock(finding.at_ms or 0)) if seen else ""
    return (
        f'<div class="finding {finding.severity}">{picture}<div><p>{escape(finding.message)}</p>'
        f'<p class="facts">{escape(facts)}</p></div></div>'
    )


def _figure(jpeg: bytes, caption: str, *, failed: bool = False) -> str:
    data, state = b64encode(jpeg).decode(), "failed" if failed else "ok"
    return (
        f'<figure class="{state}"><img alt="{escape(caption)}" src="data:image/jpeg;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _table(found: tuple[Row, ...]) -> Iterator[str]:
    for group, members in groupby(found, key=lambda row: row.group):
        yield f'<tr class="group"><th colspan="4">{escape(group)}</th></tr>'
        yield from map(_row, members)


def _row(row: Row) -> str:
    state = "failed" if row.failed else "ok" if row.limit else "told"
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in (row.label, row.measured, row.limit))
    return f'<tr class="{state}">{cells}<td>{"" if state == "told" else state}</td></tr>'


def _clock(at_ms: int) -> str:
    minutes, ms = divmod(at_ms, 60_000)
    return f"{minutes}:{ms / 1000:05.2f}"
