/** One line of a plot; `isProjected`: nobody measured it, so it is dashed. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly isProjected?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = { top: 60, right: 40, bottom: 56, left: 72 };
/** Between two names in the row below the title; less where there are many. */
const LEGEND_STEP = 170;
const LEGEND_Y = 44;
/** Told apart by people who do not see red and green, and on white paper. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** A line plot as an SVG document: the same bytes for the same figures. Throws RangeError for a logarithm of nothing. */
export function plotSvg({ title, x, y, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const across = scaleOf(
    x.scale,
    points.map((point) => point.x),
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const up = scaleOf(
    y.scale,
    [...points.map((point) => point.y), ...(y.scale === 'linear' ? [0] : [])],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const step = Math.min(LEGEND_STEP, (WIDTH - MARGIN.left) / series.length);
  const legendAt = (index: number) => Math.round(MARGIN.left + index * step);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(MARGIN.left, 22, title, 'font-size="14" font-weight="bold"'),
    ...across.ticks.flatMap((tick) => [
      rule(across.at(tick), MARGIN.top, across.at(tick), HEIGHT - MARGIN.bottom),
      text(across.at(tick), HEIGHT - MARGIN.bottom + 18, short(tick), 'text-anchor="middle"'),
    ]),
    ...up.ticks.flatMap((tick) => [
      rule(MARGIN.left, up.at(tick), WIDTH - MARGIN.right, up.at(tick)),
      text(MARGIN.left - 8, up.at(tick) + 4, short(tick), 'text-anchor="end"'),
    ]),
    text((MARGIN.left + WIDTH) / 2, HEIGHT - 14, x.label, 'text-anchor="middle"'),
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...series.flatMap((one, at) => lineOf(one, COLOURS[at % COLOURS.length] ?? '#000', legendAt(at), across.at, up.at)),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function lineOf(
  { name, points, isProjected = false }: Series,
  colour: string,
  legendX: number,
  across: (value: number) => number,
  up: (value: number) => number,
): string[] {
  const dash = isProjected ? ' stroke-dasharray="6 4"' : '';
  const placed = points.map((point) => [fixed(across(point.x)), fixed(up(point.y))] as const);
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${placed.map((one) => one.join(',')).join(' ')}"/>`,
    ...placed.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
    `<line x1="${legendX}" y1="${LEGEND_Y - 4}" x2="${legendX + 24}" y2="${LEGEND_Y - 4}" stroke="${colour}" stroke-width="2"${dash}/>`,
    text(legendX + 30, LEGEND_Y, name, ''),
  ];
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function scaleOf(kind: Axis['scale'], values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (kind === 'log' && least <= 0) throw new RangeError('a logarithmic axis begins above nothing');
  const ticks = kind === 'log' ? logTicks(least, most) : linearTicks(least, most);
  const place = kind === 'log' ? Math.log10 : (value: number) => value;
  const [low, high] = [place(Math.min(least, ticks[0] ?? least)), place(Math.max(most, ticks.at(-1) ?? most))];
  const span = high - low || 1;
  return { at: (value) => from + ((place(value) - low) / span) * (to - from), ticks };
}

/** One, two and five of each power of ten, from the last one below to the first one above. */
function logTicks(least: number, most: number): number[] {
  const steps = [1, 2, 5];
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(most));
  const wide = last - first > 2;
  const all = Array.from({ length: last - first + 1 }, (_, at) => first + at).flatMap((power) =>
    (wide ? [1] : steps).map((step) => Number((step * 10 ** power).toPrecision(1))),
  );
  const below = all.findLast((tick) => tick <= least) ?? least;
  const above = all.find((tick) => tick >= most) ?? most;
  return all.filter((tick) => tick >= below && tick <= above);
}

function linearTicks(least: number, most: number): number[] {
  const rough = (most - least) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power;
  const first = Math.floor(least / step);
  return Array.from({ length: Math.ceil(most / step) - first + 1 }, (_, at) =>
    Number(((first + at) * step).toPrecision(6)),
  );
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" stroke="#ddd"/>`;
}

function text(x: number, y: number, words: string, more: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}"${more === '' ? '' : ` ${more}`}>${escaped(words)}</text>`;
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
