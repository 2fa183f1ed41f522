import { describe, expect, it } from 'vitest';
import { isRoomCode, ROOM_CODE_ALPHABET } from '@parley/protocol';
import { SeededRandom } from './contract/seeded-random.ts';
import { mintRoomCode } from './room-code.ts';

describe('a minted code', () => {
  it('has the form by which codes are known', () => {
    const random = new SeededRandom(1);
    for (let i = 0; i < 1_000; i += 1) expect(isRoomCode(mintRoomCode(random))).toBe(true);
  });

  it('uses every letter of the alphabet in every place, and none twice as often as it should', () => {
    const random = new SeededRandom(1);
    const codes = Array.from({ length: 3_100 }, () => mintRoomCode(random));
    for (const at of [0, 1, 2, 3, 5, 6, 7, 8]) {
      const letters = codes.map((code) => code.charAt(at));
      for (const letter of ROOM_CODE_ALPHABET.split('')) {
        const count = letters.filter((each) => each === letter).length;
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThan(200);
      }
    }
  });

  it('is another one each time', () => {
    const random = new SeededRandom(1);
    const codes = new Set(Array.from({ length: 1_000 }, () => mintRoomCode(random)));
    expect(codes.size).toBe(1_000);
  });
});
