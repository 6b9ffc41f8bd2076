"""Pictures of figures as SVG: bars, and panels of lines over a logarithmic scale. Text and lines alone, so that they are read anywhere."""

import math
from html import escape

COLOURS = ["#0b62c4", "#c2410c", "#15803d", "#7e3fb5", "#a16207", "#0e7490"]
TEXT, FAINT, GRID, PAPER = "#1f2328", "#57606a", "#d8dee4", "#ffffff"
FONT = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\""


class Drawing:
    def __init__(self, width, height, title):
        self.width, self.height, self.parts = width, height, []
        self.parts.append(f'<rect width="{width}" height="{height}" fill="{PAPER}"/>')
        self.text(16, 27, title, size=17, weight="bold")

    def text(self, x, y, words, size=12, colour=TEXT, anchor="start", weight="normal"):
        style = f'font-size="{size}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}"'
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(str(words))}</text>')

    def line(self, x1, y1, x2, y2, colour=GRID, width=1.0, dashes=""):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashed}/>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="2" fill="{colour}"/>')

    def curve(self, points, colour):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        self.parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in points]

    def legend(self, x, y, names):
        for name, colour in names.items():
            self.bar(x, y - 9, 12, 10, colour)
            self.text(x + 17, y, name)
            x += 34 + 6.8 * len(name)

    def svg(self):
        box = f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
        return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box} {FONT}>', *self.parts, "</svg>", ""])


def coloured(names):
    return {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(dict.fromkeys(names))}


def steps(most, count=4):
    """Round values from 0 to at least `most`."""
    rough = most / count
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def short(value):
    if value >= 1_024 and value % 1_024 == 0:
        return f"{value // 1_024} KB"
    for scale, unit in ((1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:g}{unit}"
    return f"{value:g}"


def bars(title, groups, note):
    """`groups`: (name, [(label, value, least)]). A mark stands where a bar must reach."""
    left, right, row = 150, 60, 22
    rows = sum(len(rows) for _, rows in groups)
    drawing = Drawing(760, 66 + rows * row + 30 * len(groups), title)
    drawing.text(16, 46, note, colour=FAINT)
    width = drawing.width - left - right
    most = max(1.1, *(max(value, least or 0) for _, rows in groups for _, value, least in rows))
    colours, y = coloured(name for name, _ in groups), 58
    for name, rows in groups:
        y += 30
        drawing.text(16, y - 8, name, size=13, weight="bold")
        for label, value, least in rows:
            drawing.text(left - 10, y + 13, label, anchor="end")
            drawing.bar(left, y + 2, width * value / most, row - 6, colours[name])
            drawing.text(drawing.width - 16, y + 13, f"{value:.2f}", anchor="end", weight="bold")
            if least:
                x = left + width * least / most
                drawing.line(x, y - 1, x, y + row - 2, TEXT, 2)
            y += row
    return drawing.svg()


def panel(drawing, x, y, width, height, about, colours):
    """`about`: title, series {name: [(x, y)]}, x_name, y_name; floor: a line that no curve should go below."""
    drawing.text(x, y - 10, about["title"], size=13, weight="bold")
    points = [point for series in about["series"].values() for point in series]
    scale = steps(max(value for _, value in points) * 1.02)
    places = sorted({place for place, _ in points})
    low, high = math.log10(places[0]), math.log10(places[-1])

    def at(place, value):
        part = (math.log10(place) - low) / (high - low) if high > low else 0.5
        return x + width * part, y + height * (1 - value / scale[-1])

    for value in scale:
        _, line = at(places[0], value)
        drawing.line(x, line, x + width, line)
        drawing.text(x - 7, line + 4, short(value), size=11, colour=FAINT, anchor="end")
    for place in places:
        drawing.text(at(place, 0)[0], y + height + 17, short(place), size=11, colour=FAINT, anchor="middle")
    drawing.text(x + width / 2, y + height + 35, about["x_name"], size=11, colour=FAINT, anchor="middle")
    if floor := about.get("floor"):
        (_, line) = at(places[0], floor)
        drawing.line(x, line, x + width, line, TEXT, 1.5, "5 4")
    for name, series in about["series"].items():
        drawing.curve([at(*point) for point in series], colours[name])


def panels(title, drawn, columns, note):
    """Several of them in a grid, with one legend."""
    width, height, gap_x, gap_y, top = (700 - 60 * (columns - 1)) / columns, 190, 60, 76, 112
    lines = math.ceil(len(drawn) / columns)
    drawing = Drawing(790, top + lines * (height + gap_y) - 18, title)
    drawing.text(16, 46, note, colour=FAINT)
    colours = coloured(name for about in drawn for name in about["series"])
    drawing.legend(16, 70, colours)
    for number, about in enumerate(drawn):
        x, y = 62 + (number % columns) * (width + gap_x), top + (number // columns) * (height + gap_y)
        panel(drawing, x, y, width, height, about, colours)
    return drawing.svg()
