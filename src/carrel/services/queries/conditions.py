"""Conditions in a get query: plain values, comparisons, moments relative to now."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from carrel.domain.queries import Condition, Operator, QueryRefused
from carrel.services.queries.fields import Field, Kind, Unfit, bounded_time, text_of, value_of, whole_of

PATTERN_LENGTH = 1000
_SPELLINGS = {operator.value: operator for operator in Operator} | {"=": Operator.EQUAL, "<>": Operator.NOT_EQUAL}
_IS = (Operator.IS, Operator.IS_NOT)
_EQUALITY = (Operator.EQUAL, Operator.NOT_EQUAL)
_ORDERED = (*_EQUALITY, Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST)
_LIKES = (Operator.LIKE, Operator.ILIKE, Operator.NOT_LIKE, Operator.NOT_ILIKE)
_LENGTHS = (Operator.MINLEN, Operator.MAXLEN)
_ALLOWED = {
    Kind.TEXT: frozenset((*_IS, *_ORDERED, *_LIKES, *_LENGTHS)),
    Kind.WHOLE: frozenset((*_IS, *_ORDERED)),
    Kind.TIME: frozenset((*_IS, *_ORDERED)),
    Kind.FLAG: frozenset((*_IS, *_EQUALITY)),
    Kind.MAP: frozenset((*_IS, *_EQUALITY)),
    Kind.LIST: frozenset((*_IS, *_EQUALITY, *_LENGTHS, Operator.ANY)),
}
_TRUTH = {"null": None, "unknown": None, "true": True, "false": False}
_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
_MONTHS = {"months": 1, "years": 12}


UNITS = (*_UNITS, *_MONTHS)


def conditions_of(place: str, name: str, field: Field, value: Any, now: datetime) -> Iterator[Condition]:
    """What the value of one field asks for; nothing when it is only wanted. Raises `QueryRefused`."""
    if value is None:
        return
    try:
        for operator, operand in _comparisons(value):
            if operator not in _ALLOWED.get(field.kind, ()):
                raise Unfit(f"cannot be compared by '{operator}'")
            yield Condition(name, *_operand(operator, field, operand, now))
    except Unfit as error:
        raise QueryRefused(f"FATAL: invalid condition on {place} -- it {error}") from None


def _comparisons(value: Any) -> Iterator[tuple[Operator, Any]]:
    if isinstance(value, dict) and value and all(key.upper() in _SPELLINGS for key in value):
        for key, operand in value.items():
            yield _SPELLINGS[key.upper()], operand
    else:
        yield Operator.EQUAL, value


def _operand(operator: Operator, field: Field, value: Any, now: datetime) -> tuple[Operator, Any]:
    if operator in _IS:
        return operator, _truth(value, field)
    if value is None and operator in _EQUALITY:
        return _IS[_EQUALITY.index(operator)], None
    if operator in _LIKES:
        return operator, _pattern(value)
    if operator in _LENGTHS:
        return operator, whole_of(value)
    if operator is Operator.ANY:
        return operator, _element(value)
    if field.kind is Kind.TIME and isinstance(value, dict):
        return operator, relative_time(value, now)
    return operator, value_of(field, value)


def _truth(value: Any, field: Field) -> bool | None:
    if isinstance(value, str) and value.lower() in _TRUTH:
        value = _TRUTH[value.lower()]
    if value is None or (isinstance(value, bool) and field.kind is Kind.FLAG):
        return value
    raise Unfit("can only be null, unknown, or for flags true or false")


def _pattern(value: Any) -> str:
    pattern = text_of(value, PATTERN_LENGTH)
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise Unfit("must not be compared with a pattern that ends in a single backslash")
    return pattern


def _element(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return value
    raise Unfit("can only be searched for a string, number or boolean")


def relative_time(value: Mapping[str, Any], now: datetime) -> datetime:
    """`{"relative_time": n, "unit": …}` is now + n units; raises `Unfit`."""
    number, unit = value.get("relative_time"), value.get("unit")
    if value.keys() != {"relative_time", "unit"} or not isinstance(number, int | float) or isinstance(number, bool):
        raise Unfit('must be a timestamp or {"relative_time": <number>, "unit": <unit>}')
    unit = f"{unit.rstrip('s')}s" if isinstance(unit, str) else ""
    try:
        if unit in _MONTHS:
            return bounded_time(_add_months(now, int(number * _MONTHS[unit])))
        if unit in _UNITS:
            return bounded_time(now + _UNITS[unit] * number)
    except (OverflowError, ValueError):
        raise Unfit("is out of range") from None
    raise Unfit(f"must have one of the units {', '.join(UNITS)}")


def _add_months(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
