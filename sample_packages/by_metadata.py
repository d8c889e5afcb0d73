"""Sample projects that differ in their core metadata (living spec, Core metadata; PEPs 566, 643, 685, 639)."""

from __future__ import annotations

from collections.abc import Iterable

from sample_packages.model import CoreMetadata, SampleProject, SampleRelease, WheelSpec
from sample_packages.naming import prefix

LICENSE_TEXT = "Permission is granted to do anything with this sample package.\n"
MARKDOWN = """\
# A *Markdown* description

Text with `code`, a [link](https://example.org/?a=1&b=2), <kbd>HTML</kbd> and a table:

| form | is    |
|------|-------|
| HTML | `&lt;` |

```python
print("a < b & c > d")
```
"""
SPECIAL = (
    """Five characters: < > & " ' and what they may do: </a> <!-- --> &lt; &amp; ]]> ${x} {{ x }} %3C \\n"""
)
UNICODE = "Größe, naïve café, Žluťoučký kůň, Ελληνικά, Кириллица, 日本語, עברית, 🐍, e\u0301 (combining), \u202fnarrow space"
CLASSIFIERS = (
    *(
        "Development Status :: 5 - Production/Stable",
        "Environment :: Console",
        "Environment :: Web Environment",
    ),
    *("Framework :: AsyncIO", "Framework :: Django", "Framework :: Flake8", "Framework :: Pytest"),
    *(
        "Intended Audience :: Developers",
        "Intended Audience :: Education",
        "Intended Audience :: Science/Research",
    ),
    *("Intended Audience :: System Administrators", "License :: OSI Approved :: MIT License"),
    *(
        "Natural Language :: Chinese (Simplified)",
        "Natural Language :: English",
        "Natural Language :: German",
    ),
    *(
        "Operating System :: MacOS :: MacOS X",
        "Operating System :: Microsoft :: Windows",
        "Operating System :: POSIX",
    ),
    *("Programming Language :: C", "Programming Language :: C++", "Programming Language :: Python :: 3"),
    *("Programming Language :: Python :: 3 :: Only", "Programming Language :: Python :: 3.8"),
    *("Programming Language :: Python :: 3.9", "Programming Language :: Python :: Implementation :: CPython"),
    *(
        "Topic :: Internet :: WWW/HTTP :: Dynamic Content :: CGI Tools/Libraries",
        "Topic :: Software Development",
    ),
    *(
        "Topic :: Software Development :: Testing",
        "Topic :: System :: Archiving :: Packaging",
        "Topic :: Utilities",
    ),
)


def by_metadata(run_id: str) -> tuple[SampleProject, ...]:
    """Give the projects."""
    start = prefix(run_id)
    return (
        *(_versioned(start, *row) for row in _metadata_versions()),
        _project(start, "dependency", "Nothing but to be depended on.", CoreMetadata()),
        _project(
            start,
            "extras",
            "Depends on another sample, always and by an extra.",
            CoreMetadata(
                requires_dist=(
                    f"{start}-dependency>=1.0",
                    f'{start}-normalized==1.0; extra == "more"',
                    f'{start}-x; python_version < "3" and extra == "more"',
                    f'{start}-console-script~=1.0; extra == "even-more"',
                ),
                extras=("more", "even-more"),
            ),
        ),
        _requires_python(start),
        _project(
            start,
            "unicode",
            "Text beyond ASCII in every field that may hold it.",
            CoreMetadata(
                summary=UNICODE,
                other=(
                    ("Keywords", "größe,размер,サイズ"),
                    ("Author", "Žofie Čapková"),
                    ("Maintainer", "山田太郎"),
                ),
                description=f"{UNICODE}\n\n{UNICODE}\n",
            ),
        ),
        _project(
            start,
            "html-special",
            "Characters that HTML and templates give a meaning to.",
            CoreMetadata(
                summary=SPECIAL, other=(("Author", 'A "quoted" <name> & co'),), description=f"{SPECIAL}\n"
            ),
        ),
        _project(
            start,
            "markdown",
            "A description in Markdown.",
            CoreMetadata(
                description=MARKDOWN, description_content_type="text/markdown; charset=UTF-8; variant=GFM"
            ),
        ),
        _project(
            start,
            "classifiers",
            "A long list of classifiers and links.",
            CoreMetadata(other=(*_each("Classifier", CLASSIFIERS), *_each("Project-URL", _links()))),
        ),
        _console_script(start),
    )


def _metadata_versions() -> Iterable[tuple[str, str, CoreMetadata]]:
    author = (("Author-email", "Sample Author <author@example.org>"),)
    yield "2.1", "The oldest metadata version that tools still write.", CoreMetadata("2.1", other=author)
    yield (
        "2.2",
        "An sdist that leaves its dependencies open (Dynamic).",
        CoreMetadata(
            "2.2", other=author, dynamic=(("Requires-Dist", "packaging>=20; python_version < '3'"),)
        ),
    )
    yield (
        "2.3",
        "Metadata 2.3: names of extras are normalized.",
        CoreMetadata("2.3", other=author, extras=("an-extra",)),
    )
    license_fields = (("License-Expression", "MIT OR Apache-2.0"), ("License-File", "LICENSE.txt"))
    yield (
        "2.4",
        "Metadata 2.4: license expression and files.",
        CoreMetadata("2.4", other=(*author, *license_fields)),
    )


def _versioned(start: str, number: str, purpose: str, metadata: CoreMetadata) -> SampleProject:
    files = tuple((value, LICENSE_TEXT) for header, value in metadata.other if header == "License-File")
    return _project(start, f"metadata-{number.replace('.', '-')}", purpose, metadata, license_files=files)


def _requires_python(start: str) -> SampleProject:
    """Give a project whose newest releases fit no Python of today, so that an installer must go back to 1.0."""
    purpose = "Each release asks for other Pythons; only 1.0 fits."
    long = ">=3.8, !=3.9.0, !=3.9.1, !=3.9.2, !=3.9.3, !=3.9.4, !=3.9.5, <4"  # too long for a careless column
    wanted = (("1.0", long), ("1.1", "<3"), ("2.0", ">=3.99"), ("3.0", "==2.7.*"))
    metadata = ((version, CoreMetadata(requires_python=python).about(purpose)) for version, python in wanted)
    releases = tuple(SampleRelease(v, (WheelSpec(),), sdist=v == "1.0", metadata=m) for v, m in metadata)
    return SampleProject("requires-python", f"{start}-requires-python", purpose, releases)


def _console_script(start: str) -> SampleProject:
    """Give a project that installs a command, a subpackage and a data file."""
    name = f"{start}-console-script"
    module = name.replace("-", "_")
    return _project(
        start,
        "console-script",
        "Installs a command, a subpackage and a data file.",
        CoreMetadata(),
        entry_points=f"[console_scripts]\n{name} = {module}:main\n",
        files=(("inner/__init__.py", "ANSWER = 42\n"), ("inner/data.txt", "a data file\n")),
    )


def _project(
    start: str,
    key: str,
    purpose: str,
    metadata: CoreMetadata,
    *,
    entry_points: str = "",
    files: tuple[tuple[str, str], ...] = (),
    license_files: tuple[tuple[str, str], ...] = (),
) -> SampleProject:
    release = SampleRelease(
        "1.0",
        sdist=True,
        metadata=metadata.about(purpose),
        files=files,
        license_files=license_files,
        entry_points=entry_points,
    )
    return SampleProject(key, f"{start}-{key}", purpose, (release,))


def _links() -> tuple[str, ...]:
    labels = ("Homepage", "Documentation", "Source", "Issues", "Changelog")
    return tuple(f"{label}, https://example.org/{label.lower()}?a=1&b=2" for label in labels)


def _each(header: str, values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((header, value) for value in values)
