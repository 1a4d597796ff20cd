"""Pictures of surges as SVG: a brand's series with what was labelled and what was raised; bars."""

from collections.abc import Sequence

from local.bench.nab import Labelled

_WIDE, _HIGH, _LEFT, _TOP = 900, 150, 50, 30
_INK, _LINE, _ALARM = "#222", "#2b5fd9", "#c62828"


def series_picture(series: Labelled, raised: Sequence[int]) -> str:
    """Mentions an hour (root scale, or one burst hides the rest), windows in grey, alarms red."""
    hours = [
        sum(series.counts[at : at + 12]) ** 0.5 for at in range(0, len(series.counts) - 11, 12)
    ]
    top = max(hours) or 1.0

    def x(place: float) -> float:
        return _LEFT + _WIDE * place / len(series.counts)

    parts = [_text(10, 20, f"{series.name}: mentions an hour, root scale", 13)]
    for left, right in series.windows:
        parts.append(
            f'<rect x="{x(left):.1f}" y="{_TOP}" width="{x(right) - x(left):.1f}" '
            f'height="{_HIGH}" fill="#ddd"/>'
        )
    points = " ".join(
        f"{x(12 * number):.1f},{_TOP + _HIGH * (1 - hour / top):.1f}"
        for number, hour in enumerate(hours)
    )
    parts.append(f'<polyline points="{points}" fill="none" stroke="{_LINE}"/>')
    for place in raised:
        parts.append(f'<path d="M{x(place):.1f} {_TOP + _HIGH + 3}l4 9h-8z" fill="{_ALARM}"/>')
    parts.append(_text(4, _TOP + 10, f"{top * top:,.0f}", 10))
    parts.append(_text(_LEFT, _TOP + _HIGH + 26, f"{series.stamps[0]:%d %b %Y}", 10))
    parts.append(_text(_LEFT + _WIDE - 60, _TOP + _HIGH + 26, f"{series.stamps[-1]:%d %b %Y}", 10))
    return _svg(_LEFT + _WIDE + 10, _TOP + _HIGH + 34, parts)


def bars(title: str, groups: Sequence[str], values: dict[str, list[float]]) -> str:
    """For each group one bar of each kind, side by side."""
    top = max(max(each) for each in values.values())
    parts = [_text(10, 20, title, 13)]
    for kind, (name, heights) in enumerate(values.items()):
        colour = ("#9aa5b8", _LINE)[kind % 2]
        parts.append(f'<rect x="{10 + 160 * kind}" y="30" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(25 + 160 * kind, 39, name, 11))
        for group, height in enumerate(heights):
            long = 140 * height / top
            left = 30 + 120 * group + 45 * kind
            parts.append(
                f'<rect x="{left}" y="{210 - long:.1f}" width="40" height="{long:.1f}" '
                f'fill="{colour}"/>'
            )
            parts.append(_text(left + 4, 206 - long, f"{height:.0f}", 11))
    parts += [_text(60 + 120 * number, 228, group, 12) for number, group in enumerate(groups)]
    return _svg(40 + 120 * len(groups), 240, parts)


def _text(x: float, y: float, words: str, size: int) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{_INK}">{words}</text>'


def _svg(width: int, height: int, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>\n"
    )
