"""JUnit reports of the official suite, counted per chapter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# What the suite skips for everybody, and what the caller lists. Any other skip means that something
# is missing (an extension, a signature), and the suite would pass in silence without it.
_ACCEPTED_SKIPS = ("flaky", "--skips-file")


@dataclass
class Chapter:
    """What the tests of one chapter gave."""

    name: str
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    seconds: float = 0.0

    def add(self, other: Chapter) -> None:
        """Add the counts of another chapter."""
        self.passed += other.passed
        self.failed += other.failed
        self.errors += other.errors
        self.skipped += other.skipped
        self.xfailed += other.xfailed
        self.seconds += other.seconds

    def counts(self) -> dict[str, float]:
        """The counts by name, and the seconds."""
        return {name: value for name, value in vars(self).items() if name != "name"}

    def row(self) -> list[str]:
        """The cells of this chapter in the summary."""
        counts = (self.passed, self.failed, self.errors, self.skipped, self.xfailed)
        return [self.name, *map(str, counts), f"{self.seconds:.1f}"]


@dataclass
class Report:
    """What one run of the suite gave."""

    subject: str
    isa: str
    commit: str
    status: int
    path: Path
    chapters: list[Chapter]
    total: Chapter

    @property
    def passed(self) -> bool:
        """Whether there was something to pass, and nothing failed."""
        bad = self.total.failed + self.total.errors
        return self.status == 0 and bool(self.total.passed) and not bad


def read_report(report: Path) -> list[Chapter]:
    """The chapters of a JUnit report, in the order of their names."""
    chapters: dict[str, Chapter] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = _chapter_name(case.get("classname", ""))
        chapter = chapters.setdefault(name, Chapter(name))
        chapter.seconds += float(case.get("time", 0))
        kinds = {child.tag: child for child in case}
        # A test may both fail and have an error in its teardown; it counts once, as what is worse.
        if "error" in kinds:
            chapter.errors += 1
        elif "failure" in kinds:
            chapter.failed += 1
        elif "skipped" not in kinds:
            chapter.passed += 1
        elif kinds["skipped"].get("type") == "pytest.xfail":
            chapter.xfailed += 1
        elif kinds["skipped"].get("message", "").startswith(_ACCEPTED_SKIPS):
            chapter.skipped += 1
        else:
            chapter.failed += 1
            print(f"not tested: {case.get('name')}: {kinds['skipped'].get('message')}")
    return sorted(chapters.values(), key=lambda chapter: chapter.name)


def failures_without(report: Path, text: str) -> list[str]:
    """The tests of a JUnit report that failed, but not with this text."""
    names = []
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error")]
        said = "".join(child.get("message", "") + (child.text or "") for child in bad)
        if bad and text not in said:
            names.append(case.get("name", ""))
    return names


def _chapter_name(classname: str) -> str:
    parts = [part for part in classname.split(".") if part.startswith("test_")]
    return parts[0].removeprefix("test_").replace("_", " ") if parts else "collection"
