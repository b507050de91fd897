// Progress of a command that works through a file, or of a download in bytes. Types only; sent as LSP's `$/progress` under the request's token.

export interface ActionProgress {
  name: string; // of the current item, as shown to a person
  done: number;
  total: number;
}
