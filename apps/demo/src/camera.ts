/** What came of asking for the camera or microphone; `problem` is `insecure`, or the name of the exception. */
export type Opened =
  | { readonly isOpen: true; readonly tracks: readonly MediaStreamTrack[] }
  | { readonly isOpen: false; readonly problem: string };

/** Asks for camera and microphone; where there is no camera, for the microphone alone. */
export async function openBoth(): Promise<Opened> {
  const both = await open({ video: true, audio: true });
  return !both.isOpen && both.problem === 'NotFoundError' ? open({ audio: true }) : both;
}

/** Asks for the camera alone. */
export function openCamera(): Promise<Opened> {
  return open({ video: true });
}

async function open(wanted: MediaStreamConstraints): Promise<Opened> {
  // The type says it is always there; a page that is no secure context has none.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return { isOpen: false, problem: 'insecure' };
  try {
    return { isOpen: true, tracks: (await devices.getUserMedia(wanted)).getTracks() };
  } catch (error) {
    if (error instanceof DOMException) return { isOpen: false, problem: error.name };
    throw error;
  }
}
