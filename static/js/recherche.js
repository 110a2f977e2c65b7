// The search page once htmx has swapped the results: what was unfolded stays so, and the focus is somewhere.
// What was read is not kept by the browser (meta htmx-config): going back asks the server again.

let deplies = [];

document.addEventListener("htmx:beforeSwap", () => {
  deplies = Array.from(document.querySelectorAll("#choix details[open]"), (volet) => volet.id);
});

// The button that opened the sheet was swapped with the results: the focus goes to the new one.
document.addEventListener(
  "toggle",
  (evenement) => {
    if (evenement.target.id === "filtres" && evenement.newState === "closed") document.querySelector(".filtrer")?.focus();
  },
  true,
);

document.addEventListener("htmx:afterSettle", () => {
  for (const id of deplies) {
    const volet = document.getElementById(id);
    if (volet) volet.open = true;
  }
  // The chip that was pressed is gone: reading goes on from the title of the results.
  if (document.activeElement === document.body) document.getElementById("titre-resultats").focus({ preventScroll: true });
});
