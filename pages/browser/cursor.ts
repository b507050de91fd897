// A cursor in a chart: the arrow keys and the mouse go from mark to mark, and the mark's value is told in words.

/** @param say tells a value to a screen reader */
export function addCursor(figure: HTMLElement, svg: SVGSVGElement, say: (text: string) => void): void {
  const marks = [...svg.querySelectorAll<SVGGElement>(".mark")];
  const readout = document.createElement("p");
  readout.className = "readout";
  readout.setAttribute("aria-hidden", "true"); // the live region tells the same
  figure.querySelector("svg[role=img]")?.after(readout);
  let current = -1;
  const goTo = (index: number): string => {
    marks[current]?.classList.remove("at");
    current = index;
    marks[current]?.classList.add("at");
    readout.textContent = marks[current]?.dataset.value ?? "";
    return readout.textContent;
  };
  svg.addEventListener("keydown", (event) => {
    const next = placeAfter(event.key, current, marks.length);
    if (next === undefined || marks.length === 0) return;
    event.preventDefault();
    const value = goTo(next);
    if (next >= 0) say(value);
  });
  svg.addEventListener("blur", () => goTo(-1));
  svg.addEventListener("pointerover", ({ target }) => {
    const mark = target instanceof Element ? target.closest<SVGGElement>(".mark") : null;
    if (mark) goTo(marks.indexOf(mark));
  });
}

/** Where a key leads among `count` marks; undefined for a key that leads nowhere. */
function placeAfter(key: string, current: number, count: number): number | undefined {
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return Math.min(count - 1, current + 1);
    case "ArrowLeft":
    case "ArrowUp":
      return Math.max(0, current - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "Escape":
      return -1;
  }
}
