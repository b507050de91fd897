// The words of `harmful.ts`, in ROT13, so that nobody stumbles on them. They are few on purpose. To review them: `tr A-Za-z N-ZA-Mn-za-m < FILE`.
// Left out are technical terms (kill, abort, master, slave, dummy, blacklist) and words with a harmless meaning in code or plain English.

function reviewed(rot13: string): ReadonlySet<string> {
  return new Set(rot13.replace(/[a-z]/g, turned).split(" "));
}

function reviewedPhrases(rot13: string): readonly string[] {
  return rot13.replace(/[a-z]/g, turned).split("|");
}

function turned(letter: string): string {
  return String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);
}

/** Slurs, and words that demean by sex, origin or disability: never in a suggestion. */
export const SLURS = reviewed(
  "avttre avttref avttn avttnf xvxr xvxrf tbbx tbbxf fcvpf jrgonpx jrgonpxf enturnq enturnqf gbjryurnq gbjryurnqf snttbg " +
    "snttbgf genaal genaavrf furznyr furznyrf ergneq ergneqf ergneqrq phag phagf juber juberf fyhg fyhgf ovgpu ovgpurf " +
    "fhouhzna fhouhznaf hagrezrafpu ornaref puvanzna puvanzra erqfxva erqfxvaf vawha vawhaf cvxrl cvxrlf cnxvf qnexvr qnexvrf wvtnobb wvtnobbf cvpxnavaal xnssvef cbbsgre cbbsgref fbqbzvgr fbqbzvgrf fyhggl fxnax fxnaxf gjng gjngf zbatbybvq zbatbybvqf fcnm fcnmmrf",
);

/** Insults, whomever they mean. */
export const INSULTS = reviewed(
  "vqvbg vqvbgf vqvbgvp zbeba zbebaf zbebavp vzorpvyr vzorpvyrf pergva pergvaf qhzonff qhzonffrf nffubyr nffubyrf unysjvg " +
    "unysjvgf qvzjvg qvzjvgf ahzofxhyy ahzofxhyyf avgjvg avgjvgf qvcfuvg qvcfuvgf wnpxnff wnpxnffrf fphzont fphzontf qbhpuront qbhpurontf",
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
    "zvtenagf ershtrrf sbervtaref tnlf yrfovnaf ubzbfrkhnyf genaffrkhnyf yngvabf yngvanf uvfcnavpf ngurvfgf pngubyvpf fvxuf ohqquvfgf zbezbaf ghexf ehffvnaf hxenvavnaf cnxvfgnavf avtrevnaf flevnaf cnyrfgvavnaf vfenryvf xbernaf ovfrkhnyf genaftraqref uvaqhf pevccyrf",
);

/** Groups, where "people" or the like follows. */
export const DESCRIBED = reviewed(
  "oynpx juvgr wrjvfu zhfyvz neno nfvna nsevpna tnl genaf genaftraqre qvfnoyrq byq cbbe nhgvfgvp puvarfr vaqvna zrkvpna yngvab yngvan uvfcnavp uvaqh fvxu pngubyvp puevfgvna xberna cnxvfgnav avtrevna ehffvna ebznav ebzn vzzvtenag sbervta qrns yrfovna ovfrkhny ubzbfrkhny srznyr ryqreyl",
);

/** What is claimed of a group. */
export const DEMEANING = reviewed(
  "fghcvq qhzo ynml vasrevbe pevzvanyf pevzvany qvegl qvfubarfg greebevfgf havagryyvtrag terrql qvfthfgvat jbeguyrff jrnx " +
    "rzbgvbany cevzvgvir ivbyrag guvrirf yvnef hagehfgjbegul vapncnoyr vapbzcrgrag oheqra irezva cnenfvgrf fghcvqre qhzore ergneqrq fhouhzna svygul fnintrf fnintr hapvivyvmrq onpxjneq greebevfg guvrs yvne",
);

/** What is claimed of a group in several words, with or without "are". */
export const CLAIMED: readonly string[] = reviewedPhrases(
  "onq ng|jbefr ng|zragnyyl vyy|yrff vagryyvtrag|yrff pncnoyr|anghenyyl orggre|anghenyyl jbefr|yvr nobhg|" +
    "pbzzvg senhq|pbzzvg pevzrf|pbageby gur onaxf|pbageby gur zrqvn|eha gur onaxf|jevgr greevoyr pbqr|jevgr onq pbqr|jevgr njshy pbqr",
);

/** What nobody is told to do. */
export const DEATH_WISHES: readonly string[] = reviewedPhrases("xvyy lbhefrys|xvyy uvzfrys|xvyy urefrys");

/** Words of the list with a harmless meaning beside these: in physics and engines, in plants, in Swedish and French, as names of places and people. */
export const HARMLESS_BESIDE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    [
      "ergneqrq",
      "cbgragvny cbgragvnyf gvzr gvzrf terra shapgvba shapgvbaf svryq svryqf cebcntngbe cebcntngbef vagrenpgvba",
    ],
    ["ergneq", "fcnex vtavgvba gvzvat nqinapr natyr ra qr qh yr ha fnaf nirp"],
    ["fyhg", "cå äe qrg bpu rsgre gvyy ivq qra rgg ra fgneg"],
    ["ynml", "ybnqrq ybnqvat ybnq rinyhngrq rinyhngvba vavgvnyvmrq vavgvnyvfrq vavg srgpurq vzcbeg vzcbegrq"],
    ["qvegl", "synt syntf purpxrq purpxvat znexrq ovg ernqf ernq fgngr"],
    ["jrnx", "cnffjbeq cnffjbeqf unfu unfurf xrl xrlf pvcure pvcuref ersrerapr ersreraprf ers ersf znc zncf frg"],
    ["cevzvgvir", "glcr glcrf inyhr inyhrf"],
  ].map(([word, beside]) => [[...reviewed(word!)][0]!, reviewed(beside!)]),
);

/** Of the words those that are names of places and people too: harmless with a capital beside another name. */
export const NAMES = reviewed("xvxr zbeba pergva");
