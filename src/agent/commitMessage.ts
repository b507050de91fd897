// The agent's answer with a message for what is staged. The editor brings the texts: nothing here reads a file or runs git.

import { actionFailed } from "../../common/errors.ts";
import { messageOf } from "../actions/commitMessage/message.ts";
import { changeOf } from "../actions/commitMessage/stagedFile.ts";
import { type CommitMessageAnswer, CommitMessageMethod, type CommitMessageParams } from "../protocol/commitMessage.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

export const serveCommitMessages: Feature = (connection, session) => {
  const answered = answering(connection, (reason) => actionFailed("No message could be written", reason));
  connection.onRequest(
    CommitMessageMethod.write,
    ({ files }: CommitMessageParams, token): Promise<CommitMessageAnswer> =>
      answered("commit message", token, () => {
        const changes = files.map((file) => changeOf(file, session.parsers));
        return { message: messageOf(changes), unread: changes.filter(({ symbols }) => !symbols).length };
      }),
  );
};
