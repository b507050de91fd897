// What was answered before, by the text around the cursor: typing through a suggestion, deleting and retyping cost no model call.
// Must not call a model; bounded.

export class CompletionCache {}
