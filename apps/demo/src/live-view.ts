import { element } from './element.ts';
import type { Row } from './live.ts';
import { page } from './page.ts';

/** Shows the rows. Those that stay as they are, are left alone: somebody may be marking or reading one. */
export function showLive(rows: readonly Row[]): void {
  const shown = [...page.liveRows.children] as HTMLElement[];
  const isSame =
    shown.length === rows.length && rows.every(([name], n) => shown[n]?.dataset['name'] === name);
  if (!isSame) page.liveRows.replaceChildren(...rows.map(([name]) => rowOf(name)));
  for (const [n, [, value]] of rows.entries()) {
    const field = page.liveRows.children[n]?.lastElementChild;
    if (field && field.textContent !== value) field.textContent = value;
  }
}

function rowOf(name: string): HTMLElement {
  const row = element('div', 'live-row', element('dt', '', name), element('dd'));
  row.dataset['name'] = name;
  return row;
}
