import type { Browser } from 'playwright-core';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each. */
  readonly data: Uint8ClampedArray;
}

/** What a picture shows: a browser reads it, which is there anyway. */
export async function pixelsOf(png: Buffer, browser: Browser): Promise<Pixels> {
  const page = await browser.newPage();
  const { width, height, data } = await page.evaluate(
    async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const read = context?.getImageData(0, 0, image.width, image.height);
      return { width: image.width, height: image.height, data: [...(read?.data ?? [])] };
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  await page.close();
  return { width, height, data: Uint8ClampedArray.from(data) };
}
