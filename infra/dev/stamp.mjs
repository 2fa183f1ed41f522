// A stamp is a small file in node_modules that remembers what a step was last done for, so that it is not done again.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/** The folders of all workspace packages, relative to the root. */
export function packageFolders() {
  const below = (/** @type {string} */ folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...below('apps'), ...below('packages'), 'test'].filter(
    (folder) => read(`${folder}/package.json`) !== undefined,
  );
}

/** All files below a folder, relative to the root; empty where the folder is missing. @param {string} folder @returns {string[]} */
export function filesBelow(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      )
      .filter((path) => !path.includes('node_modules/'));
  } catch {
    return []; // A package without that folder has nothing to look at.
  }
}

/** One hash over names and contents: times change with every checkout, contents do not. @param {readonly string[]} paths */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const path of paths.toSorted()) {
    const content = read(path);
    if (content !== undefined) hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Whether the step was last done for this. @param {string} name @param {string} wanted */
export function isStamped(name, wanted) {
  return read(`node_modules/.parley-${name}`)?.toString() === wanted;
}

/** Remembers what the step was done for. @param {string} name @param {string} value */
export function stamp(name, value) {
  writeFileSync(join(root, `node_modules/.parley-${name}`), value);
}

/** Forgets it, before the step is tried: half of it may be done. @param {string} name */
export function clearStamp(name) {
  rmSync(join(root, `node_modules/.parley-${name}`), { force: true });
}

/** @param {string} path @returns {Buffer | undefined} */
function read(path) {
  try {
    return readFileSync(join(root, path));
  } catch {
    return undefined; // A missing file is a fact here, not a mistake.
  }
}
