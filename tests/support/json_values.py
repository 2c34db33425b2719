"""Hypothesis strategies for JSON: anything at all, and queries that are nearly right."""

from typing import Any

from hypothesis import strategies as st

from carrel.domain.queries import Operator
from carrel.services.queries.tables import NOT_WRITABLE, TABLES

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
        "relative_time": st.one_of(st.integers(), st.floats(), scalars),
        "unit": st.sampled_from(["days", "months", "years", "seconds", "eons"]),
    }
)


def near_queries(known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Queries with real tables, fields and operators, and values of which some are `known`."""
    operand = st.one_of(known, anything, _relative)
    comparison = st.dictionaries(st.sampled_from([operator.value for operator in Operator]), operand, max_size=2)
    value = st.one_of(st.none(), known, comparison, anything)

    def of_table(name: str) -> st.SearchStrategy[Any]:
        fields = sorted(TABLES[name].fields) if name in TABLES else ["id"]
        values = st.dictionaries(st.sampled_from([*fields, "nonsense"]), value, max_size=5)
        must = {key: known for key in ("project_id", "account_id", "path", "id", "token") if key in fields}
        with_keys = st.tuples(st.fixed_dictionaries({}, optional=must), values).map(lambda both: both[1] | both[0])
        return (with_keys | st.lists(with_keys, max_size=2)).map(lambda inner: {name: inner})

    return st.sampled_from([*TABLES, *sorted(NOT_WRITABLE)[:2], "nonsense"]).flatmap(of_table)


options = st.lists(
    st.one_of(
        st.fixed_dictionaries({"limit": scalars | st.integers(0, 10)}),
        st.fixed_dictionaries({"order_by": st.sampled_from(["project_id", "-time", "title", "-users"]) | scalars}),
        st.fixed_dictionaries({"set": st.booleans()}),
        st.fixed_dictionaries({"delete": st.booleans()}),
        st.dictionaries(st.text(max_size=6), scalars, max_size=1),
    ),
    max_size=2,
)
