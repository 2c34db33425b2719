"""Hypothesis strategies for JSON: anything at all, and queries that are nearly right."""

from typing import Any

from hypothesis import strategies as st

from carrel.domain.queries import Operator
from carrel.services.queries.fields import Field, Kind
from carrel.services.queries.tables import TABLES

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(st.characters(), max_size=8),
    st.sampled_from(["{account_id}", "{project_id}", "{now}", "2026-01-01T00:00:00Z", "a\x00b", "\ud800", "%\\"]),
)
anything: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
_relative = st.fixed_dictionaries(
    {
        "relative_time": st.integers(-50, 50) | scalars,
        "unit": st.sampled_from(["days", "months", "years", "seconds", "eons"]),
    }
)
_storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
_values = {
    Kind.TEXT: _storable,
    Kind.WHOLE: st.integers(-(2**31), 2**31 - 1),
    Kind.FLAG: st.booleans(),
    Kind.TIME: st.just("{now}") | _relative | st.datetimes().map(str),
    Kind.MAP: st.dictionaries(_storable, _storable | st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    Kind.LIST: st.lists(_storable | st.integers(0, 2**63 - 1), max_size=2),
}
_operators = st.sampled_from([operator.value for operator in Operator])


def near_queries(known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Queries of real tables and fields, mostly with values that fit; `known` is put where keys are."""

    def of_field(name: str, field: Field) -> st.SearchStrategy[Any]:
        if name in ("project_id", "account_id", "path", "id", "token", "users"):
            return st.none() | known
        value = _values.get(field.kind, anything)
        comparison = st.dictionaries(_operators, value | st.integers(0, 9) | st.none(), min_size=1, max_size=1)
        return st.one_of(st.none(), st.none(), value, comparison, st.one_of(value, comparison, anything))

    def of_table(name: str) -> st.SearchStrategy[Any]:
        fields = {key: of_field(key, field) for key, field in TABLES[name].fields.items()}
        keys = fields.keys() & {"project_id", "path", "id", "token"}
        few = st.lists(st.sampled_from(sorted(fields)), max_size=3).map(lambda names: {*names, *keys})
        one = few.flatmap(lambda names: st.fixed_dictionaries({key: fields[key] for key in sorted(names)}))
        return (one | st.lists(one, min_size=1, max_size=1)).map(lambda inner: {name: inner})

    return st.sampled_from(sorted(TABLES)).flatmap(of_table)


options = st.lists(
    st.one_of(
        st.fixed_dictionaries({"limit": scalars | st.integers(0, 10)}),
        st.fixed_dictionaries({"order_by": st.sampled_from(["project_id", "-time", "title", "-users"]) | scalars}),
        st.fixed_dictionaries({"set": st.booleans()}),
        st.fixed_dictionaries({"delete": st.booleans()}),
        st.dictionaries(st.text(max_size=6), scalars, max_size=1),
    ),
    max_size=1,
)
