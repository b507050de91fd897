// Next edits in the editor: marks the places, goes to them one after the other at the person's word, makes each, and tells the agent what became of
// the offer. Finds nothing itself; Tab stays as it is.

import * as vscode from "vscode";
import type { CommandId } from "../../config/commands.ts";
import type { NamedEdit } from "../../protocol/docstring.ts";
import {
  type NextEditDoneParams,
  NextEditMethod,
  type NextEditOffer,
  type NextEditsParams,
  type Span,
} from "../../protocol/nextEdits.ts";
import { say } from "../asking.ts";
import type { Configuration } from "../configuration.ts";
import type { EditPreview } from "../editPreview.ts";
import { type AgentClient, documentSelector, writtenSchemes } from "../languageClient.ts";
import { type Drawn, Marks } from "./marks.ts";
import { hintOf, inOneLine, type LeftPlace, Offer, proofInWords } from "./offer.ts";

const KEY = process.platform === "darwin" ? "⌥\\" : "Alt+\\";
const CONTEXT_KEY = "sotto.nextEdit";
const ALL: CommandId = "sotto.allNextEdits";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("nextEdit");
const CHANGED = "the file was changed meanwhile";

/** The most edits that are remembered so that their undoing is noticed. */
const MAX_MADE = 200;

/** An edit that was made, in the text as it was before. */
interface Made {
  offerId: string;
  uri: string;
  lengthBefore: number;
  start: number;
  oldText: string;
}

interface Parts {
  agent: AgentClient;
  configuration: Configuration;
  preview: EditPreview;
  extensionUri: vscode.Uri;
}

export class NextEditView implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;
  readonly #preview: EditPreview;
  readonly #marks: Marks;
  readonly #listeners: vscode.Disposable[];
  readonly #made: Made[] = []; // the oldest first
  #offer: Offer | undefined;
  #isAsked = false; // the person wants to see it, whatever the settings say
  #shown: LeftPlace | undefined; // whose old and new text are shown
  #ghost = false; // a suggestion may stand at the cursor
  #isContextSet = false;
  #isDrawn = false; // marks may stand in editors
  #nothing = "nothing has been edited in this window";

  constructor({ agent, configuration, preview, extensionUri }: Parts) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#preview = preview;
    this.#marks = new Marks(vscode.Uri.joinPath(extensionUri, "media", "next-edit.svg"));
    const { window, workspace, languages } = vscode;
    this.#listeners = [
      agent.onDidFindNextEdits((found) => this.#found(found)),
      agent.onDidAnswer(({ none }) => {
        this.#ghost = none === undefined;
        this.#draw();
      }),
      agent.onDidChange(() => agent.state !== "running" && this.#forget("the language server was started anew")),
      configuration.onDidChange(() => this.#draw()),
      workspace.onDidChangeTextDocument((event) => this.#changed(event)),
      window.onDidChangeTextEditorSelection(({ textEditor }) => this.#moved(textEditor)),
      window.onDidChangeTextEditorVisibleRanges(() => this.#draw()),
      window.onDidChangeVisibleTextEditors(() => this.#draw()),
      window.onDidChangeActiveTextEditor((editor) => this.#moved(editor)),
      languages.registerCodeActionsProvider(documentSelector, this, { providedCodeActionKinds: [KIND] }),
    ];
  }

  /** Goes to the next place and shows it; where one is shown, makes it first. */
  async next(): Promise<void> {
    const offer = this.#offer;
    if (!offer) return say(`No next edit: ${this.#nothing}.`);
    this.#isAsked = true;
    const shown = this.#shown;
    if (shown && !(await this.#make(offer, shown))) return this.#end("typedOver", CHANGED);
    if (offer !== this.#offer) return; // that was the last one, or the person typed
    const editor = vscode.window.activeTextEditor;
    const uri = editor?.document.uri.toString() ?? offer.came.uri;
    const place = offer.next(uri, editor?.document.offsetAt(editor.selection.active) ?? 0);
    if (place) await this.#show(offer, place);
  }

  /** Shows all places as a diff, and makes those that stay ticked. */
  async all(): Promise<void> {
    const offer = this.#offer;
    if (!offer) return say(`No next edits: ${this.#nothing}.`);
    const files = await filesOf(offer);
    if (!files) return this.#end("typedOver", CHANGED);
    const versions = files.map(({ document }) => document.version);
    const chosen = await this.#preview.chooseInFiles(files);
    if (!chosen || offer !== this.#offer) return; // they stay marked, or the text has changed and they are gone
    const isChanged = files.some(({ document }, i) => document.isClosed || document.version !== versions[i]);
    if (isChanged) return this.#end("typedOver", CHANGED);
    const places = chosen.flatMap(({ edits }) => edits.map(({ place }) => place));
    if (places.length === 0) return this.#end("dismissed", "it was dismissed");
    this.#forget("it was made");
    const edit = new vscode.WorkspaceEdit();
    for (const { document, edits } of chosen)
      for (const { place } of edits) edit.replace(document.uri, rangeIn(document, place.range), place.newText);
    const made = chosen.flatMap(({ document, edits }) => {
      const first = edits.toSorted((a, b) => a.place.range.start - b.place.range.start)[0];
      return first ? [madeOf(offer, document, first.place)] : [];
    });
    if (!(await vscode.workspace.applyEdit(edit))) {
      this.#tell({ id: offer.came.id, did: "typedOver" });
      return say(`No next edits: ${CHANGED}.`);
    }
    this.#made.push(...made);
    this.#tell({ id: offer.came.id, did: "applied", places: places.map(({ index }) => index) });
    if (places.length < offer.left.length) this.#tell({ id: offer.came.id, did: "dismissed" });
  }

  /** Takes the marks away. */
  dismiss(): void {
    this.#end("dismissed", "it was dismissed");
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const offer = this.#offer;
    if (!offer?.concerns(document.uri.toString())) return [];
    const uri = document.uri.toString();
    const spans = offer.leftIn(uri).map((place) => place.range);
    if (uri === offer.came.uri) spans.push(offer.edited);
    const isThere = spans.some((span) => {
      const { start, end } = rangeIn(document, span);
      return range.end.line >= start.line && range.start.line <= end.line;
    });
    if (!isThere) return [];
    const action = new vscode.CodeAction(`${offer.came.title} (checked, Sotto)`, KIND);
    action.command = { command: ALL, title: action.title };
    return [action];
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#marks.dispose();
  }

  #found(found: NextEditsParams): void {
    if ("none" in found) {
      this.#nothing = found.none;
      return;
    }
    const came = withEditorsUris(found);
    if (this.#offer && this.#isAsked) {
      this.#tell({ id: came.id, did: "typedOver" }); // the person is going through an offer: what its places break is mended by the rest
      return;
    }
    this.#end("typedOver", CHANGED);
    const document = documentOf(came.uri);
    if (document?.version !== came.version) {
      this.#tell({ id: came.id, did: "typedOver" }); // it has been changed on the way
      return;
    }
    this.#offer = new Offer(came);
    this.#draw();
  }

  #changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return; // only whether it is saved
    this.#ghost = false;
    if (reason === vscode.TextDocumentChangeReason.Undo && this.#noticeUndo(document)) return;
    const offer = this.#offer;
    if (!offer) return;
    const uri = document.uri.toString();
    const [{ rangeOffset, rangeLength, text }] = contentChanges;
    const change = { start: rangeOffset, replaced: rangeLength, text };
    const made = contentChanges.length === 1 ? offer.changed(uri, change) : undefined;
    if (!made) {
      if (offer.concerns(uri) || writtenSchemes.includes(document.uri.scheme)) this.#end("typedOver", CHANGED);
      return;
    }
    this.#shown = undefined;
    this.#tell({ id: offer.came.id, did: "applied", places: [made.index] });
    if (offer.left.length === 0) this.#forget("it was made");
    else this.#draw();
  }

  /** Whether an edit of an offer was taken back: then the offer is not made again. */
  #noticeUndo(document: vscode.TextDocument): boolean {
    const uri = document.uri.toString();
    const last = this.#made.findLastIndex((made) => made.uri === uri);
    if (last === -1) return false;
    const { offerId, lengthBefore, start, oldText } = this.#made[last];
    const text = document.getText();
    if (text.length !== lengthBefore || !text.startsWith(oldText, start)) return false; // something after it
    this.#made.splice(last, 1);
    this.#tell({ id: offerId, did: "undone" });
    const offer = this.#offer;
    if (offer?.came.id === offerId) this.#forget("it was undone");
    else if (offer?.concerns(uri)) this.#end("typedOver", CHANGED);
    return true;
  }

  #moved(editor: vscode.TextEditor | undefined): void {
    this.#ghost = false;
    if (!this.#offer) return;
    if (editor && this.#shown && !isAt(editor, this.#shown)) this.#shown = undefined;
    this.#draw();
  }

  async #show(offer: Offer, place: LeftPlace): Promise<void> {
    const document = await open(place);
    if (offer !== this.#offer) return;
    if (!document) return this.#end("typedOver", CHANGED);
    const { start } = rangeIn(document, place.range);
    const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
    if (offer !== this.#offer) return;
    this.#shown = place; // only now: another file is told of before its cursor stands here
    editor.revealRange(rangeIn(document, place.range), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.#draw();
  }

  /** As an undo step of its own. The change itself tells that it was made. */
  async #make(offer: Offer, place: LeftPlace): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !isAt(editor, place) || !stands(editor.document, place)) return false;
    const made = madeOf(offer, editor.document, place);
    const range = rangeIn(editor.document, place.range);
    const isDone = await editor.edit((edit) => edit.replace(range, place.newText));
    if (!isDone) return false;
    this.#made.push(made);
    this.#made.splice(0, this.#made.length - MAX_MADE);
    return true;
  }

  #end(did: "dismissed" | "typedOver", why: string): void {
    if (this.#offer) this.#tell({ id: this.#offer.came.id, did });
    this.#forget(why);
  }

  /** @param why there is nothing, for whoever asks afterwards */
  #forget(why: string): void {
    if (!this.#offer) return;
    this.#offer = undefined;
    this.#shown = undefined;
    this.#isAsked = false;
    this.#nothing = why;
    this.#draw();
  }

  #tell(params: NextEditDoneParams): void {
    this.#agent.notify(NextEditMethod.done, params);
  }

  /** Whether marks may be seen now. */
  #isMarked(): boolean {
    if (!this.#offer) return false;
    if (this.#isAsked) return true; // also where a suggestion comes after a place that was made
    if (this.#ghost) return false;
    const { settings, snoozedUntilMs } = this.#configuration;
    return settings.nextEdit === "auto" && !settings.quiet && Date.now() >= snoozedUntilMs;
  }

  #draw(): void {
    const offer = this.#isMarked() ? this.#offer : undefined;
    const active = vscode.window.activeTextEditor;
    const isHere = offer !== undefined && active !== undefined && offer.concerns(active.document.uri.toString());
    if (!offer && !this.#isDrawn) return;
    this.#isDrawn = offer !== undefined;
    for (const editor of vscode.window.visibleTextEditors)
      this.#marks.draw(editor, offer ? this.#drawn(offer, editor, editor === active) : {});
    if (isHere === this.#isContextSet) return;
    void vscode.commands.executeCommand("setContext", CONTEXT_KEY, isHere);
    this.#isContextSet = isHere;
  }

  #drawn(offer: Offer, editor: vscode.TextEditor, isActive: boolean): Drawn {
    const { document } = editor;
    const uri = document.uri.toString();
    const shown = this.#shown?.uri === uri ? this.#shown : undefined;
    const hover = new vscode.MarkdownString().appendText(
      `${offer.came.title}. ${proofInWords(offer.came.proof)} ${KEY} goes there and shows it, again makes it; Esc takes the marks away.`,
    );
    return {
      places: offer.leftIn(uri).map(({ range }) => ({ range: rangeIn(document, range), hoverMessage: hover })),
      shown: shown && { range: rangeIn(document, shown.range), newText: inOneLine(shown.newText) },
      hint: isActive ? this.#hint(offer, editor) : undefined,
    };
  }

  /** Behind the cursor's line: what the key does there, or where the next place is if it cannot be seen. */
  #hint(offer: Offer, editor: vscode.TextEditor): Drawn["hint"] {
    const { document, selection, visibleRanges } = editor;
    const { end } = document.lineAt(selection.active.line).range;
    const line = new vscode.Range(end, end);
    if (this.#shown) return { line, text: `${KEY} makes it` };
    const uri = document.uri.toString();
    if (!offer.concerns(uri)) return undefined;
    const next = offer.next(uri, document.offsetAt(selection.active));
    if (!next) return undefined;
    if (next.uri !== uri) return { line, text: hintOf(KEY, offer.left.length, next.uri.split("/").at(-1) ?? "") };
    const { start } = rangeIn(document, next.range);
    if (visibleRanges.some((range) => range.contains(start))) return undefined;
    return { line, text: hintOf(KEY, offer.left.length, `line ${start.line + 1}`) };
  }
}

interface PlaceEdit extends NamedEdit {
  place: LeftPlace;
}

/** The offer's places by file, with their documents; undefined where a file is no longer as it was. */
async function filesOf(offer: Offer): Promise<{ document: vscode.TextDocument; edits: PlaceEdit[] }[] | undefined> {
  const files: { document: vscode.TextDocument; edits: PlaceEdit[] }[] = [];
  for (const place of offer.left) {
    const document = await open(place);
    if (!document) return undefined;
    const { start, end } = rangeIn(document, place.range);
    const { newText } = place;
    const name = place.oldText === "" ? inOneLine(newText) : `${inOneLine(place.oldText)} → ${inOneLine(newText)}`;
    const file = files.find((one) => one.document === document);
    const edit = { name, start, end, newText, place };
    if (file) file.edits.push(edit);
    else files.push({ document, edits: [edit] });
  }
  return files;
}

/** The document of a place; undefined where it cannot be opened, or the place is no longer as it was. */
async function open(place: LeftPlace): Promise<vscode.TextDocument | undefined> {
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri));
    return stands(document, place) ? document : undefined;
  } catch {
    return undefined; // it was deleted, or may not be read
  }
}

const documentOf = (uri: string) => vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);

const rangeIn = (document: vscode.TextDocument, { start, end }: Span): vscode.Range =>
  new vscode.Range(document.positionAt(start), document.positionAt(end));

const stands = (document: vscode.TextDocument, { range, oldText }: LeftPlace): boolean =>
  document.getText(rangeIn(document, range)) === oldText;

const isAt = ({ document, selection }: vscode.TextEditor, { uri, range }: LeftPlace): boolean =>
  document.uri.toString() === uri && rangeIn(document, range).contains(selection.active);

const madeOf = (offer: Offer, document: vscode.TextDocument, { range, oldText }: LeftPlace): Made => ({
  offerId: offer.came.id,
  uri: document.uri.toString(),
  lengthBefore: document.getText().length,
  start: range.start,
  oldText,
});

/** The agent writes the addresses of files in its own way. */
function withEditorsUris(offer: NextEditOffer): NextEditOffer {
  const uriOf = (uri: string) => vscode.Uri.parse(uri).toString();
  return {
    ...offer,
    uri: uriOf(offer.uri),
    places: offer.places.map((place) => ({ ...place, uri: uriOf(place.uri) })),
  };
}
