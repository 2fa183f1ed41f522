import { page } from './page.ts';

/** Files that are dropped anywhere on the page, while it can take them. */
export function onDrop(canTake: () => boolean, take: (files: FileList) => void): void {
  /** Moving over children leaves and enters all the time; whoever is in more often than out is in. */
  let depth = 0;
  const show = (now: number) => {
    depth = Math.max(0, now);
    page.body.classList.toggle('dropping', depth > 0);
  };
  const hasFiles = ({ dataTransfer }: DragEvent) =>
    canTake() && dataTransfer?.types.includes('Files') === true;

  addEventListener('dragenter', (event) => hasFiles(event) && show(depth + 1));
  addEventListener('dragleave', () => show(depth - 1));
  // Without this a browser opens what is dropped, and the page is gone, conversation and all.
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    show(0);
    const files = event.dataTransfer?.files;
    if (canTake() && files !== undefined && files.length > 0) take(files);
  });
}
