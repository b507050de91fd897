// The kinds of the code actions that editors are offered.

import { CodeActionKind } from "vscode-languageserver/node";

export const DOCSTRING_KIND = `${CodeActionKind.RefactorRewrite}.docstring`;
export const FIX_KIND = CodeActionKind.QuickFix;
export const PIECE_KIND = `${CodeActionKind.RefactorRewrite}.piece`;
export const NEXT_EDIT_KIND = `${CodeActionKind.RefactorRewrite}.nextEdit`;
