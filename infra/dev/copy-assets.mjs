// node copy-assets.mjs <from> <to> <.ext> [<.ext>...]
// Copies the files that tsc leaves behind (Lua scripts, say) into a package's dist, in the same folders.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

const [from = '', to = '', ...extensions] = process.argv.slice(2);

for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
  if (!extensions.includes(extname(path))) continue;
  mkdirSync(dirname(join(to, path)), { recursive: true });
  copyFileSync(join(from, path), join(to, path));
}
