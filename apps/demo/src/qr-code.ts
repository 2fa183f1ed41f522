import { encode } from 'uqr';

const SVG = 'http://www.w3.org/2000/svg';

/** The light frame that readers need around a code (ISO/IEC 18004, section 9.1), in modules. */
const FRAME = 4;

/** Draws a text as a QR code: one path, made without markup, as a strict page wants it. */
export function qrCode(text: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: FRAME });
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('aria-hidden', 'true');
  // Where two modules meet there must be no seam, at any size.
  svg.setAttribute('shape-rendering', 'crispEdges');
  path.setAttribute('d', outline(data));
  svg.append(path);
  return svg;
}

/** A path of all dark modules: those that stand side by side in one rectangle. */
export function outline(rows: readonly (readonly boolean[])[]): string {
  return rows
    .map((row, y) =>
      runs(row)
        .map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`)
        .join(''),
    )
    .join('');
}

/** Where dark modules follow each other: begin and length. */
function runs(row: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = found.at(-1);
    if (!isDark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else found.push([x, 1]);
  });
  return found;
}
