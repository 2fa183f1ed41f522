/** The parts of index.html that script touches, each by its id; a wrong id is a fault of the build and ends the page at once. */
export const page = {
  body: part('body', HTMLElement),
  leave: part('leave', HTMLButtonElement),
  picture: part('picture', SVGElement),
  state: part('state', HTMLElement),
  hint: part('hint', HTMLElement),
  anew: part('anew', HTMLButtonElement),

  invite: part('invite', HTMLElement),
  invitation: part('invitation', HTMLElement),
  code: part('code', HTMLElement),
  qr: part('qr', HTMLElement),
  link: part('link', HTMLAnchorElement),
  copyLink: part('copy-link', HTMLButtonElement),
  copyCode: part('copy-code', HTMLButtonElement),
  copied: part('copied', HTMLElement),
  openOther: part('open-other', HTMLAnchorElement),
  reach: part('reach', HTMLElement),
  joinForm: part('join-form', HTMLFormElement),
  joinInput: part('join-input', HTMLInputElement),
  problem: part('problem', HTMLElement),

  talk: part('talk', HTMLElement),
  talkTitle: part('talk-title', HTMLElement),
  call: part('call', HTMLButtonElement),
  callLabel: part('call-label', HTMLElement),
  camera: part('camera', HTMLButtonElement),
  microphone: part('microphone', HTMLButtonElement),
  callProblem: part('call-problem', HTMLElement),
  videos: part('videos', HTMLElement),
  theirVideo: part('their-video', HTMLVideoElement),
  myVideo: part('my-video', HTMLVideoElement),
  noPicture: part('no-picture', HTMLElement),
  noCamera: part('no-camera', HTMLElement),
  sound: part('sound', HTMLButtonElement),
  messages: part('messages', HTMLElement),
  composer: part('composer', HTMLFormElement),
  messageInput: part('message-input', HTMLInputElement),
  fileInput: part('file-input', HTMLInputElement),
  send: part('send', HTMLButtonElement),

  live: part('live', HTMLElement),
  liveRows: part('live-rows', HTMLElement),
};

function part<Type extends Element>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} with the id ${id}`);
  return element;
}
