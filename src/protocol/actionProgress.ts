// How far a command is that works through a file, or a download in bytes. Types only; sent as LSP's own `$/progress` under the token that the request has.

export interface ActionProgress {
  name: string; // what is looked at, as a person is told
  done: number;
  total: number;
}
