// The rows of a list as a table that everybody can read: a screen reader, a telephone, a printer. What people wrote is only
// ever text here. A click on a row says which one, once.
export default function ({ data, parentElement, setTriggerValue }) {
  const had = parentElement.contains(document.activeElement) ? document.activeElement.textContent : null
  const table = made("table", "rows")
  table.append(made("caption", "rows-caption", data.caption))
  const head = table.createTHead().insertRow()
  for (const title of data.columns) {
    const cell = made("th", "", title)
    cell.scope = "col"
    head.append(cell)
  }
  const body = table.createTBody()
  for (const row of data.rows) {
    const line = body.insertRow()
    const flags = line.insertCell()
    for (const [words, color] of row.flags) flags.append(made("span", `rows-flag rows-${color}`, words))
    const name = made("th", "")
    name.scope = "row"
    const open = made("button", "rows-open", row.name)
    open.type = "button"
    name.append(open)
    line.append(name)
    for (const text of row.cells) line.insertCell().append(text)
    line.querySelectorAll("th, td").forEach((cell, number) => (cell.dataset.column = data.columns[number]))
    line.addEventListener("click", () => {
      if (!String(getSelection())) setTriggerValue("open", row.name)
    })
    if (had === row.name) queueMicrotask(() => open.focus())
  }
  const before = parentElement.querySelector("table.rows")
  if (before) before.replaceWith(table)
  else parentElement.append(table)
}

function made(tag, name, text = "") {
  const element = document.createElement(tag)
  if (name) element.className = name
  element.textContent = text
  return element
}
