/** What attributes are made of. */
type Attributes = Readonly<Record<string, string | number>>;

/** @param content markup, already escaped */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${written.join('')}`;
  return content === '' ? `${start}/>` : `${start}>${content}</${name}>`;
}

/** Text with its baseline at this place. */
export function text(className: string, x: number, y: number, content: string): string {
  return element('text', { class: className, x: round(x), y: round(y) }, escaped(content));
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** To a tenth of a pixel. */
export const round = (value: number) => Math.round(value * 10) / 10;
