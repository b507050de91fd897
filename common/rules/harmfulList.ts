// The words of `harmful.ts`, in ROT13, so that nobody stumbles on them. They are few on purpose. To review them: `tr A-Za-z N-ZA-Mn-za-m < FILE`.
// Left out are technical terms (kill, abort, master, slave, dummy, blacklist) and words with a harmless meaning in code or plain English.

function reviewed(rot13: string): ReadonlySet<string> {
  return new Set(rot13.replace(/[a-z]/g, turned).split(" "));
}

function turned(letter: string): string {
  return String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);
}

/** Slurs, and words that demean by sex, origin or disability: never in a suggestion. */
export const SLURS = reviewed(
  "avttre avttref avttn avttnf xvxr xvxrf tbbx tbbxf fcvpf jrgonpx jrgonpxf enturnq enturnqf gbjryurnq gbjryurnqf snttbg " +
    "snttbgf genaal genaavrf furznyr furznyrf ergneq ergneqf ergneqrq phag phagf juber juberf fyhg fyhgf ovgpu ovgpurf " +
    "fhouhzna fhouhznaf hagrezrafpu",
);

/** Insults, whomever they mean. */
export const INSULTS = reviewed(
  "vqvbg vqvbgf vqvbgvp zbeba zbebaf zbebavp vzorpvyr vzorpvyrf pergva pergvaf qhzonff qhzonffrf nffubyr nffubyrf unysjvg " +
    "unysjvgf qvzjvg qvzjvgf",
);

/** Said of a person these are insults; said of code they are style. */
export const BELITTLING = reviewed("fghcvq qhzo oenvayrff pyhryrff vapbzcrgrag vtabenag jbeguyrff oenvaqrnq");

/** Whom the words before mean. */
export const PEOPLE = reviewed(
  "hfre hfref phfgbzre phfgbzref qrirybcre qrirybcref cebtenzzre cebtenzzref pbyyrnthr pbyyrnthrf pbjbexre pbjbexref " +
    "znvagnvare znvagnvaref erivrjre erivrjref znantre znantref vagrea vagreaf crbcyr crefba thl thlf",
);

/** Groups of people, of which nothing demeaning is claimed. */
export const GROUPS = reviewed(
  "jbzra tveyf zra oynpxf juvgrf wrjf zhfyvzf puevfgvnaf uvaqhf nenof nfvnaf nsevpnaf zrkvpnaf vaqvnaf tlcfvrf vzzvtenagf " +
    "zvtenagf ershtrrf sbervtaref tnlf yrfovnaf ubzbfrkhnyf genaffrkhnyf",
);

/** Groups, where "people" or the like follows. */
export const DESCRIBED = reviewed(
  "oynpx juvgr wrjvfu zhfyvz neno nfvna nsevpna tnl genaf genaftraqre qvfnoyrq byq cbbe nhgvfgvp puvarfr vaqvna zrkvpna",
);

/** What is claimed of a group. */
export const DEMEANING = reviewed(
  "fghcvq qhzo ynml vasrevbe pevzvanyf pevzvany qvegl qvfubarfg greebevfgf havagryyvtrag terrql qvfthfgvat jbeguyrff jrnx " +
    "rzbgvbany cevzvgvir ivbyrag guvrirf yvnef hagehfgjbegul vapncnoyr vapbzcrgrag oheqra irezva cnenfvgrf",
);
