"""A CSV file to samples: what is read, and one sentence with line and column for what is not."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from gradcalc.errors import DataError, LimitError
from gradcalc.language import limits
from gradcalc.regression.samples import Samples, read_samples

TWO = Samples(("dose", "age"), (("6.7", "-3"), ("1", "2e-1")), ("0", "1"))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the working directory, so that messages have a short name."""
    monkeypatch.chdir(tmp_path)
    return Path("f.csv")


@pytest.mark.parametrize(
    "text",
    [
        "dose,age,y\n6.7,1,0\n-3,2e-1,1\n",
        "dose,age,y\n6.7,1,0\n-3,2e-1,1",
        "dose,age,y\r\n6.7,1,0\r\n-3,2e-1,1\r\n",
        "dose,age,y\r6.7,1,0\r-3,2e-1,1\r",
        "\ufeffdose,age,y\n6.7,1,0\n-3,2e-1,1\n",
        "dose;age;y\n6.7;1;0\n-3;2e-1;1\n",
        "dose\tage\ty\n6.7\t1\t0\n-3\t2e-1\t1\n",
        " dose , age , y \n 6.7 , 1 , 0 \n-3, 2e-1, 1\n",
        '"dose","age","y"\n"6.7","1","0"\n"-3","2e-1","1"\n',
        "dose,age,y\n\n6.7,1,0\n\n-3,2e-1,1\n\n",
        "y,dose,age\n0,6.7,1\n1,-3,2e-1\n",
        "dose,label,age\n6.7,0,1\n-3,1,2e-1\n",
    ],
    ids=["plain", "no newline", "CRLF", "CR", "BOM", "semicolons", "tabs", "spaces", "quotes", "blank lines", "labels first", "label"],
)  # fmt: skip
def test_ways_to_write_the_same_samples(file: Path, text: str) -> None:
    """As spreadsheets and people do; numbers stay as typed."""
    file.write_bytes(text.encode())
    assert read_samples("f.csv", None) == TWO


def test_a_name_of_a_column_may_hold_anything(file: Path) -> None:
    """Commas, newlines, letters of any script."""
    file.write_text('"dose, mg","θ\n²",y\n1,2,0\n', newline="")
    assert read_samples("f.csv", None).names == ("dose, mg", "θ\n²")


def test_which_column_the_labels_are(file: Path) -> None:
    """The named one; else y; else label."""
    file.write_text("a,label,y\n0.25,1,0\n")
    assert read_samples("f.csv", None) == Samples(("a", "label"), (("0.25",), ("1",)), ("0",))
    assert read_samples("f.csv", "label") == Samples(("a", "y"), (("0.25",), ("0",)), ("1",))
    assert read_samples("f.csv", "a") == Samples(("label", "y"), (("1",), ("0",)), ("0.25",))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is read to its end, and has that name in messages; a closed one is empty."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"dose,age,y\n6.7,1,0\n-3,2e-1,1\n")))
    assert read_samples("-", None) == TWO
    for nothing in (io.TextIOWrapper(io.BytesIO()), None):
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(DataError, match=r"^standard input is empty$"):
            read_samples("-", None)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "f.csv is empty", "the first line names the columns, each other line is a sample"),
        (" \n\n", "f.csv is empty", "the first line names the columns, each other line is a sample"),
        ("\ufeff", "f.csv is empty", "the first line names the columns, each other line is a sample"),
        ("\na,y\n1,0\n", "the first line of f.csv is empty", "the first line names the columns"),
        ("a,y\n", "f.csv has a header and no samples", "add a line of numbers for each sample"),
        ("a,b\n1,0\n", "f.csv has no column y or label", "name the labels with --label; its columns are a, b"),
        ("y\n1\n", "f.csv has labels and no features", "add a column of numbers"),
        ("a,,y\n1,2,0\n", "column 2 of f.csv has no name", "the first line names the columns"),
        ("a,b,a,y\n1,2,3,0\n", "f.csv has two columns 'a'", "give each column a name of its own"),
        ("a,y\n1,0\n2\n", "line 3 of f.csv has 1 field, the header 2", "give each column a number in each line"),
        ("a,y\n1,0,\n", "line 2 of f.csv has 3 fields, the header 2", "give each column a number in each line"),
        ("a,y\nnan,0\n", "line 2 of f.csv, column 'a': 'nan' where a number is needed", "leave out the sample, or fill the gap"),
        ("a,y\n1,0\n-inf,0\n", "line 3 of f.csv, column 'a': '-inf' where a number is needed", "leave out the sample, or fill the gap"),
        ("a,y\nN/A,0\n", "line 2 of f.csv, column 'a': 'N/A' where a number is needed", "leave out the sample, or fill the gap"),
        ("a,y\n,0\n", "line 2 of f.csv, column 'a': nothing where a number is needed", "leave out the sample, or fill the gap"),
        ("a,y\n1,NaN\n", "line 2 of f.csv, column 'y': 'NaN' where a number is needed", "leave out the sample, or fill the gap"),
        ("a,y\npi,0\n", "line 2 of f.csv, column 'a': 'pi' where a number is needed", "write numbers like 6.7 or 1e-3"),
        ("a,y\n0x1,0\n", "line 2 of f.csv, column 'a': '0x1' where a number is needed", "write numbers like 6.7 or 1e-3"),
        ("a,y\n1_000,0\n", "line 2 of f.csv, column 'a': '1_000' where a number is needed", "write numbers like 6.7 or 1e-3"),
        ("a,y\n１,0\n", "line 2 of f.csv, column 'a': '１' where a number is needed", "write numbers like 6.7 or 1e-3"),
        ("a;y\n6,7;0\n", "line 2 of f.csv, column 'a': '6,7' where a number is needed", "write numbers like 6.7 or 1e-3"),
        ("a,y\n1,2\n", "line 2 of f.csv, column 'y': the label is 2, it must be from 0 to 1", "labels are 0 and 1, or probabilities between them"),
        ("a,y\n1,-0.5\n", "line 2 of f.csv, column 'y': the label is -0.5, it must be from 0 to 1", "labels are 0 and 1, or probabilities between them"),
        ("a,y\n1,1e999\n", "line 2 of f.csv, column 'y': the label is 1e999, it must be from 0 to 1", "labels are 0 and 1, or probabilities between them"),
        ('a,y\n"1,0\n', "line 2 of f.csv cannot be split into fields", 'write "..." around a field that holds a comma or a quotation mark'),
        ('a,y\n"1"2,0\n', "line 2 of f.csv cannot be split into fields", 'write "..." around a field that holds a comma or a quotation mark'),
    ],
)  # fmt: skip
def test_a_file_that_is_refused(file: Path, text: str, said: str, hint: str) -> None:
    """One sentence, with the line as an editor counts it."""
    file.write_bytes(text.encode())
    with pytest.raises(DataError) as told:
        read_samples("f.csv", None)
    assert (told.value.message, told.value.hint, told.value.status) == (said, hint, 2)


def test_a_label_column_that_is_not_there(file: Path) -> None:
    """The nearest name, or the names that there are, as many as one can read."""
    file.write_text("dose,survived\n1,0\n")
    with pytest.raises(DataError, match=r"^f\.csv has no column 'survivd'$") as told:
        read_samples("f.csv", "survivd")
    assert told.value.hint == "did you mean survived?"
    file.write_text(",".join(f"c{number}" for number in range(30)))
    with pytest.raises(DataError) as told:
        read_samples("f.csv", "quux")
    assert told.value.hint == "name the labels with --label; its columns are c0, c1, c2, c3, c4, c5, c6, c7, ..."


def test_long_cells_and_names_are_shortened(file: Path) -> None:
    """A message is one line, whatever the file holds."""
    file.write_text(f"{'a' * 500},y\n{'b' * 500},0\n")
    with pytest.raises(DataError) as told:
        read_samples("f.csv", None)
    assert told.value.message == f"line 2 of f.csv, column '{'a' * 40}...': '{'b' * 40}...' where a number is needed"
    file.write_text(f"a,y\n{'1' * 61},0\n")
    with pytest.raises(DataError, match="where a number is needed"):
        read_samples("f.csv", None)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none.csv", "none.csv cannot be read: no such file or directory"),
        (".", ". cannot be read: is a directory"),
        ("", "the name of the file of samples is empty"),
        ("a\0b", "a\0b is not the name of a file"),
    ],
)
def test_what_is_no_file(file: Path, path: str, said: str) -> None:
    """In the words of the system, or ours."""
    del file
    with pytest.raises(DataError) as told:
        read_samples(path, None)
    assert told.value.message == said


def test_bytes_that_are_no_text(file: Path) -> None:
    """UTF-16, or anything else."""
    file.write_bytes("a,y\n1,0\n".encode("utf-16"))
    with pytest.raises(DataError, match=r"^f\.csv is not text in UTF-8$"):
        read_samples("f.csv", None)


def test_the_most_numbers(file: Path) -> None:
    """A third of the operations that a formula may have, and not one line more; a header alone may be too long."""
    rows = limits.INSTRUCTIONS // 6
    file.write_text("a,y\n" + "1,0\n" * rows)
    assert len(read_samples("f.csv", None).labels) == rows
    file.write_text("a,y\n" + "1,0\n" * (rows + 1))
    with pytest.raises(LimitError, match=r"^f\.csv has more than 40,000 numbers, which is the limit$"):
        read_samples("f.csv", None)
    file.write_text(",".join(f"c{number}" for number in range(100_000)) + ",y\n")
    with pytest.raises(LimitError, match=r"^f\.csv has more than 40,000 numbers, which is the limit$"):
        read_samples("f.csv", None)


def test_a_file_without_end(file: Path) -> None:
    """16 MiB are read of it, then it is refused; exactly so many are a file like any other."""
    file.write_bytes(b"\n" * (1 << 24))
    with pytest.raises(DataError, match=r"^f\.csv is empty$"):
        read_samples("f.csv", None)
    file.write_bytes(b"\n" * ((1 << 24) + 1))
    with pytest.raises(LimitError, match=r"^f\.csv is larger than 16 MiB$"):
        read_samples("f.csv", None)
