// Comforts over what HTML does by itself: every page works without this module.

// An open <details data-rep-volet> closes on Escape (focus goes back to it) and on a click elsewhere.
document.addEventListener("keydown", (evenement) => {
  if (evenement.key !== "Escape") return;
  for (const volet of document.querySelectorAll("details[data-rep-volet][open]")) {
    volet.open = false;
    volet.querySelector("summary").focus();
  }
  // A note shown by hover or focus goes away on Escape, until the pointer or the focus comes back (WCAG 1.4.13).
  for (const sigle of document.querySelectorAll(".sigle:hover, .sigle:focus-within")) {
    sigle.classList.add("sigle--tu");
    const revenir = () => sigle.classList.remove("sigle--tu");
    sigle.addEventListener("pointerleave", revenir, { once: true });
    sigle.addEventListener("focusout", revenir, { once: true });
  }
});

document.addEventListener("click", (evenement) => {
  for (const volet of document.querySelectorAll("details[data-rep-volet][open]")) {
    if (!volet.contains(evenement.target)) volet.open = false;
  }
  if (evenement.target.closest("[data-rep-imprimer]")) window.print();
});

// Buttons that need a script are written hidden, and shown from here.
for (const bouton of document.querySelectorAll("[data-rep-imprimer]")) bouton.hidden = false;
