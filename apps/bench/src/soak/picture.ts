import { MEASURES, seriesOf, type MeasureName } from './measures.ts';
import { panelOf, type Frame } from './panel.ts';
import type { Recording } from './recording.ts';
import { headline, machineLine, workLine } from './report.ts';
import { WARM_UP_SHARE } from './verdict.ts';
import { element, escaped, round, text } from '../xml.ts';

const COLUMNS = 3;
const MARGIN = 20;
const HEADER = 118;
const PANEL = { width: 300, height: 132, gapX: 10, gapY: 14 } as const;
const SECTION = 26;
const WIDTH = MARGIN * 2 + COLUMNS * PANEL.width + (COLUMNS - 1) * PANEL.gapX;

/**
 * A recording as an SVG that needs nothing but itself: a small picture for each measure, over time, for a light page and a dark
 * one. No script, so that it may be shown as an image.
 */
export function pictureOf(recording: Recording): string {
  const parts = [header(recording)];
  let top = HEADER;
  for (const [of, title] of SECTIONS) {
    const panels = panelsOf(recording, of);
    parts.push(text('section', MARGIN, top + 14, title));
    panels.forEach((panel, index) => {
      const x = MARGIN + (index % COLUMNS) * (PANEL.width + PANEL.gapX);
      const y = top + SECTION + Math.floor(index / COLUMNS) * (PANEL.height + PANEL.gapY);
      parts.push(element('g', { transform: `translate(${x} ${y})` }, panel));
    });
    top += SECTION + Math.ceil(panels.length / COLUMNS) * (PANEL.height + PANEL.gapY);
  }
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${top}`, role: 'img' };
  const surface = element('rect', { class: 'surface', width: WIDTH, height: top });
  const title = `<title>${escaped(headline(recording))}</title>`;
  return `${element('svg', attributes, `${title}<style>${STYLE}</style>${surface}${parts.join('\n')}`)}\n`;
}

const SECTIONS = [
  ['node', 'The nodes'],
  ['redis', 'Their Redis'],
] as const;

function panelsOf({ samples, lastedMs, verdict }: Recording, of: 'node' | 'redis'): string[] {
  const frame: Frame = {
    ...PANEL,
    endMs: samples.at(-1)?.atMs ?? lastedMs,
    warmUntilMs: lastedMs * WARM_UP_SHARE,
    quietFromMs: lastedMs,
    isJudged: verdict.outcome !== 'too-short',
  };
  const all = seriesOf(samples);
  const names = (Object.keys(MEASURES) as MeasureName[]).filter((name) => MEASURES[name].of === of);
  return names.map((name) =>
    panelOf(
      name,
      all.filter((series) => series.name === name),
      verdict.findings,
      frame,
    ),
  );
}

function header(recording: Recording): string {
  const isBad = recording.verdict.outcome === 'not-flat';
  return [
    text(isBad ? 'title bad' : 'title', MARGIN, 34, headline(recording)),
    text('about', MARGIN, 56, workLine(recording)),
    text('about', MARGIN, 74, machineLine(recording)),
    legend(recording.samples[0]?.nodes.length ?? 0),
  ].join('\n');
}

function legend(nodes: number): string {
  const y = 100;
  const lines = [...Array.from({ length: nodes }, (_, index) => `node ${index + 1}`), 'redis'];
  const keys = [
    ...lines.map((source) => ({
      mark: (x: number) =>
        element('path', { class: `line key ${source.replace(' ', '-')}`, d: `M${round(x)} ${y - 4}h18` }),
      label: source === 'redis' ? 'Redis' : source,
    })),
    { mark: (x: number) => swatch('warm', x, y), label: 'warm-up, not judged' },
    { mark: (x: number) => swatch('quiet', x, y), label: 'everybody has left' },
    { mark: () => '', label: '▲ grows' },
  ];
  let x = MARGIN;
  return keys
    .map(({ mark, label }) => {
      const drawn = mark(x) + text('tick', x + 24, y, label);
      x += 44 + label.length * 6.4;
      return drawn;
    })
    .join('');
}

const swatch = (className: string, x: number, y: number) =>
  element('rect', { class: className, x: round(x), y: y - 10, width: 18, height: 12 });

const STYLE = `
svg{--surface:#fcfcfb;--ink:#1b1b1a;--muted:#63625d;--grid:#e4e3de;--warm:#efeee9;--quiet:#e3ebf5;--bad:#c2261f;--good:#2c7a3f;--n1:#2a78d6;--n2:#d9541e;--n3:#12946a;--redis:#6a4fc4}
@media (prefers-color-scheme:dark){svg{--surface:#1a1a19;--ink:#f2f1ec;--muted:#a9a89f;--grid:#383835;--warm:#242422;--quiet:#1f2a38;--bad:#ff7b70;--good:#63c27b;--n1:#5aa0f0;--n2:#ef7a46;--n3:#2fbd8c;--redis:#a695f0}}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:11px;fill:var(--muted)}
.title{font-size:20px;font-weight:600;fill:var(--ink)}.bad{fill:var(--bad)}.about{font-size:12.5px}
.section{font-size:14px;font-weight:600;fill:var(--ink)}.name{font-size:12.5px;font-weight:600;fill:var(--ink)}
.flat{fill:var(--good)}.grows{fill:var(--bad);font-weight:700}.end{text-anchor:end}.mid{text-anchor:middle}
.surface{fill:var(--surface)}.warm{fill:var(--warm)}.quiet{fill:var(--quiet)}
.grid{stroke:var(--grid);stroke-width:1;fill:none}.line{fill:none;stroke-width:1.3;stroke-opacity:.9;stroke-linejoin:round}.key{stroke-width:3}
.node-1{stroke:var(--n1)}.node-2{stroke:var(--n2)}.node-3{stroke:var(--n3)}.redis{stroke:var(--redis)}`;
