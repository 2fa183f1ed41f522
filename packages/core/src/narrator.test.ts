import { describe, expect, it } from 'vitest';
import { Narrator } from './narrator.ts';
import type { LogFields } from './ports/log.ts';

const visitor = { address: '192.0.2.1' };

describe('pseudonyms of a log', () => {
  it('are not made for a line that nobody writes', () => {
    const { narrator, made } = recorded(() => {});
    narrator.refused('banned', visitor);
    expect(made).toEqual([]);
  });

  it('are made for one that is written', () => {
    const lines: string[] = [];
    const { narrator, made } = recorded((fields) => void lines.push(JSON.stringify(fields)));
    narrator.refused('banned', visitor);
    expect(made).toEqual([visitor.address]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'upgrade-refused', code: 'banned', address: 'somebody' },
    ]);
  });
});

function recorded(debug: (fields: LogFields) => void) {
  const made: string[] = [];
  const name = (id: string) => {
    made.push(id);
    return 'somebody';
  };
  const log = { error() {}, warn() {}, info() {}, debug };
  return { narrator: new Narrator(log, { of: name, address: name }), made };
}
