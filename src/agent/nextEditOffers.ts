// Tells our extension what was found after an edit, and learns from it what has become of each offer: what was dismissed or undone is not offered
// again in this window, and every offer is counted once it is over.

import { NO_EDIT } from "../actions/nextEdit/reasons.ts";
import type { NextEdits } from "../actions/nextEdit/types.ts";
import { type NextEditDoneParams, NextEditMethod, type NextEditsParams } from "../protocol/nextEdits.ts";
import type { Feature } from "./feature.ts";

/** The most offers that are remembered: an applied one may still be undone. */
const MAX_OFFERS = 20;

interface Offer {
  edits: NextEdits;
  uri: string; // of the edited document
  languageId: string;
  applied: Set<number>; // places, by their order
  isOver: boolean;
}

export const serveNextEdits: Feature = (connection, session) => {
  const { nextEdits, feedback, events } = session;
  const offers = new Map<string, Offer>(); // by id, the oldest first

  function count(offer: Offer, left: "rejected" | "unread"): void {
    if (offer.isOver) return;
    offer.isOver = true;
    const { edits, uri, languageId, applied } = offer;
    const sizeOf = (places: NextEdits["places"]) => ({
      changes: places.length,
      characters: places.reduce((sum, { newText }) => sum + newText.length, 0),
    });
    const taken = sizeOf(edits.places.filter((_, i) => applied.has(i)));
    feedback.acted({ kind: edits.kind, uri, languageId, written: sizeOf(edits.places), taken, left });
  }

  const decide = () => {
    nextEdits.isShown = session.configuration.nextEdit !== "off";
  };
  decide();
  events.on("configured", decide);

  events.on("nextEdits", (found) => {
    let params: NextEditsParams;
    if ("reason" in found) {
      params = { uri: found.uri, none: NO_EDIT[found.reason] };
    } else {
      const { edits, episode, version } = found;
      const { uri, languageId, changed } = episode;
      offers.set(edits.id, { edits, uri, languageId, applied: new Set(), isOver: false });
      for (const id of offers.keys()) if (offers.size > MAX_OFFERS) offers.delete(id);
      params = { ...edits, uri, version, edited: changed.after };
    }
    connection.sendNotification(NextEditMethod.found, params).catch(() => {}); // the window is closing
  });

  connection.onNotification(NextEditMethod.done, (params: NextEditDoneParams) => {
    if (params.did === "applied") nextEdits.applied();
    const offer = offers.get(params.id);
    if (!offer) return;
    if (params.did === "applied") {
      for (const place of params.places) offer.applied.add(place);
      if (offer.applied.size === offer.edits.places.length) count(offer, "rejected");
      return;
    }
    if (params.did !== "typedOver") nextEdits.dismiss(offer.edits);
    count(offer, params.did === "typedOver" ? "unread" : "rejected");
  });
};
