import { element, round, text } from '../xml.ts';
import { readable } from './number.ts';
import type { FigureOutcome, Report, Row } from './report.ts';

const WIDTH = 760;
const NAME_WIDTH = 200;
const BAR_WIDTH = 420;
const LINE = 24;
const GAP = 20;

/** The colours follow the reader's theme; a picture in a README is an image, where nothing else can. */
const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:#1f2328}',
  '.title{font-weight:600}.note{fill:#59636e;font-size:12px}',
  '.bar{fill:#afb8c1}.own{fill:#0969da}.limit{fill:#d0d7de}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.bar{fill:#59636e}.own{fill:#4493f8}.limit{fill:#3d444d}}',
].join('');

/**
 * The report as a picture: of each scenario the figure that it is about, its first, with a bar for each entrant. Without script,
 * fonts or anything from elsewhere.
 */
export function svg(report: Report): string {
  const figures = report.scenarios.flatMap(({ title, figures: [figure] }) =>
    figure ? [{ title, figure }] : [],
  );
  let y = GAP;
  const blocks = figures.map(({ title, figure }) => {
    const drawn = block(title, figure, y);
    y += (figure.rows.length + 2) * LINE + GAP;
    return drawn;
  });
  const { machine, seed } = report;
  const note = `${machine.processor}, ${machine.cores} cores, Node ${machine.versions['node']}, seed ${seed}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + LINE}" width="${WIDTH}" role="img">`,
    `<title>Parley measured beside others</title><style>${STYLE}</style>`,
    ...blocks,
    text('note', GAP, y, note),
    '</svg>\n',
  ].join('\n');
}

function block(title: string, { title: what, unit, better, rows }: FigureOutcome, y: number): string {
  const longest = Math.max(...rows.map(({ median }) => median));
  return [
    text('title', GAP, y, title),
    text('note', GAP, y + LINE * 0.8, `${what}, ${unit}, ${better} is better`),
    ...rows.map((row, index) => bar(row, longest, y + LINE * (index + 1.4))),
  ].join('\n');
}

function bar({ name, median }: Row, longest: number, y: number): string {
  const share = longest > 0 ? median / longest : 0;
  const width = Math.max(1, Math.round(share * BAR_WIDTH));
  const kind = name.startsWith('Parley') ? 'own' : name.startsWith('bare') ? 'limit' : 'bar';
  return [
    text('name', GAP, y + 13, name),
    element('rect', { class: kind, x: NAME_WIDTH, y: round(y), width, height: 17, rx: 2 }),
    text('value', NAME_WIDTH + width + 8, y + 13, readable(median)),
  ].join('');
}
