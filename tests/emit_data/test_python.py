"""Literals, identifiers and imports survive whatever a spec holds."""

import ast
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.emit.python import (
    Imports,
    attribute,
    comment,
    docstring,
    literal,
    module_path,
    one_line,
    package,
)


@given(
    st.one_of(
        st.text(), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_a_literal_reads_back_as_the_value(value):
    assert ast.literal_eval(literal(value)) == value


def test_a_decimal_is_a_call():
    assert literal(Decimal("1.50")) == "Decimal('1.50')"


@given(st.one_of(st.text(), st.text(st.sampled_from("\"'\\{} \n"), max_size=9)))
def test_a_docstring_is_one_expression(text):
    tree = ast.parse(docstring(text))
    assert len(tree.body) == 1
    assert isinstance(tree.body[0], ast.Expr)
    assert isinstance(tree.body[0].value, ast.Constant)
    assert tree.body[0].value.value == one_line(text)


@given(st.text())
def test_a_comment_is_one_comment(text):
    assert ast.parse(comment(text)).body == []


@pytest.mark.parametrize(
    ("name", "expected"), [("class", "class_"), ("metadata", "metadata_"), ("name", "name")]
)
def test_attributes_avoid_what_python_and_the_libraries_take(name, expected):
    assert attribute(name) == expected


def test_a_name_that_is_no_identifier_is_refused():
    with pytest.raises(ValueError, match="identifier"):
        attribute("a b")


def test_packages_avoid_keywords_and_the_modules_beside_them():
    assert package("config") == "config_"
    assert module_path("class", "models") == "app/class_/models.py"


def test_an_import_gives_way_to_names_of_the_file():
    imports = Imports({"Decimal", "str"})
    assert imports.symbol("decimal", "Decimal") == "Decimal_"
    assert imports.builtin("str") == "builtins.str"
    assert "from decimal import Decimal as Decimal_" in imports.lines()


def test_two_symbols_of_one_name_get_two_names():
    imports = Imports()
    assert imports.symbol("a", "Name") == "Name"
    assert imports.symbol("b", "Name") == "Name_"
    assert imports.symbol("a", "Name") == "Name"


def test_what_is_needed_at_run_time_is_not_under_type_checking():
    imports = Imports()
    imports.symbol("a", "X", typing_only=True)
    imports.symbol("b", "Y", typing_only=True)
    imports.symbol("a", "X")
    text = imports.text()
    assert text.index("from a import X") < text.index("if TYPE_CHECKING") < text.index("from b import Y")
