/** The parts of index.html that script touches, each by its id; a wrong id is a fault of the build and ends the page at once. */
export const page = {
  home: part('home', HTMLElement),
  start: part('start', HTMLButtonElement),
  joinForm: part('join-form', HTMLFormElement),
  joinInput: part('join-input', HTMLInputElement),
  join: part('join', HTMLButtonElement),
  problem: part('problem', HTMLElement),

  room: part('room', HTMLElement),
  state: part('state', HTMLElement),
  leave: part('leave', HTMLButtonElement),
  invite: part('invite', HTMLElement),
  code: part('code', HTMLElement),
  link: part('link', HTMLAnchorElement),
  copyCode: part('copy-code', HTMLButtonElement),
  copyLink: part('copy-link', HTMLButtonElement),
  copied: part('copied', HTMLElement),
  sameMachine: part('same-machine', HTMLElement),

  chat: part('chat', HTMLElement),
  messages: part('messages', HTMLElement),
  composer: part('composer', HTMLFormElement),
  messageInput: part('message-input', HTMLInputElement),
  fileInput: part('file-input', HTMLInputElement),
  send: part('send', HTMLButtonElement),
};

function part<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} with the id ${id}`);
  return element;
}
