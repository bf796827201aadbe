// Filters: what stays in sight. `kg_viz.sieve` sifts by the same rule for readers without scripts.

export const FILTERS = ["type", "relation", "min_expected", "contested"];

// Read the filters of an address; null stands for "all".
export function filtersOf(query) {
  const some = (name) => {
    const values = query.getAll(name).filter(Boolean);
    return values.length ? new Set(values) : null;
  };
  return {
    types: some("type"),
    relations: some("relation"),
    least: Number(query.get("min_expected") || 0) || 0,
    contested: ["true", "1", "yes", "on"].includes(query.get("contested") ?? ""),
  };
}

export function sift(scene, filters) {
  const { types, relations, least, contested } = filters;
  let nodes = new Set(scene.nodes.filter((node) => types === null || types.has(node.type)).map((node) => node.id));
  const passes = (id) => {
    const claim = scene.claims[id];
    return (relations === null || relations.has(claim.relation)) && claim.expected >= least && (claim.contested || !contested);
  };
  const kept = scene.edges.filter((edge) => nodes.has(edge.source) && nodes.has(edge.target) && edge.claims.some(passes));
  if (relations !== null || least > 0 || contested) nodes = new Set(kept.flatMap((edge) => [edge.source, edge.target]));
  return { nodes, edges: new Set(kept.map((edge) => edge.id)) };
}

// What the form says, as pairs of an address; a group with every box ticked says nothing.
export function pairsOf(form) {
  const pairs = [];
  for (const name of ["type", "relation"]) {
    const boxes = [...form.querySelectorAll(`input[name=${name}]`)];
    if (!boxes.every((box) => box.checked)) pairs.push(...boxes.filter((box) => box.checked).map((box) => [name, box.value]));
  }
  if (Number(form.elements.min_expected.value) > 0) pairs.push(["min_expected", form.elements.min_expected.value]);
  if (form.elements.contested.checked) pairs.push(["contested", "true"]);
  return pairs;
}

// Set the boxes as the address says; a group that the address does not name is ticked throughout.
export function fillForm(form, filters) {
  for (const [name, set] of [["type", filters.types], ["relation", filters.relations]]) {
    for (const box of form.querySelectorAll(`input[name=${name}]`)) box.checked = set === null || set.has(box.value);
  }
  form.elements.min_expected.value = filters.least;
  form.querySelector("output").textContent = filters.least.toFixed(2);
  form.elements.contested.checked = filters.contested;
}
