import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { shippedPath } from '../../support/shipped.ts';

/** A folder of somebody who installed the package, and perhaps others. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-consumer-'));

  /** @param others packages that these tests have, too */
  constructor(...others: string[]) {
    this.#install('@parley/client', shippedPath('packages/client'));
    for (const name of others) this.#install(name, shippedPath(`test/node_modules/${name}`));
    this.write('package.json', '{"type":"module"}');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** What the compiler has against these files. */
  compile(files: readonly string[], ...more: string[]): string {
    const options = '--strict --noEmit --module nodenext --target es2023 --lib es2023,dom,dom.iterable';
    const tsc = shippedPath('node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, ...options.split(' '), ...more, ...files], {
      cwd: this.folder,
      encoding: 'utf8',
    });
    return stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #install(name: string, path: string): void {
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(path, place, 'dir');
  }
}
