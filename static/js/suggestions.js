// What <auto-complete> lacks: it stays quiet once the search is sent, closes when the focus leaves, and is told in French.

for (const champ of document.querySelectorAll("auto-complete")) {
  const saisie = champ.querySelector("input");
  const avis = champ.querySelector("[role='status']");
  const demander = champ.fetchResult.bind(champ);
  // A list that scrolls takes the focus by itself in Chromium: arrows are the way into it.
  champ.querySelector(".propositions").tabIndex = -1;
  let lettres = false; // something was typed since the search was sent or the page opened

  champ.fetchResult = (adresse) =>
    lettres && saisie.value.trim().length > 1 ? demander(adresse) : Promise.resolve("");
  saisie.addEventListener("input", () => {
    lettres = true;
    avis.textContent = "";
  });
  saisie.form.addEventListener("submit", () => {
    lettres = false;
    champ.open = false;
  });
  champ.addEventListener("focusout", (evenement) => {
    if (!champ.contains(evenement.relatedTarget)) champ.open = false;
  });
  champ.addEventListener("load", () => {
    const nombre = champ.querySelectorAll("[role='option']").length;
    // After the reader has spoken the letter.
    if (lettres && nombre)
      setTimeout(() => {
        avis.textContent = nombre > 1 ? `${nombre} propositions, flèches pour choisir` : "1 proposition, flèche pour choisir";
      }, 100);
  });
}
