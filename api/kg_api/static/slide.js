// What is wider than its box says so: by a hint above it, and by fading out at its right edge until that is reached.

export function wireSlides(within) {
  for (const hint of within.querySelectorAll(".slide")) {
    const box = hint.nextElementSibling;
    const tell = () => {
      hint.hidden = box.scrollWidth <= box.clientWidth + 1;
      box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 4);
    };
    new ResizeObserver(tell).observe(box);
    box.addEventListener("scroll", tell, { passive: true });
    tell();
  }
}
