/** Keeps files that are dropped on a page from taking it away. Whatever takes files in stops the event before. */

/** The part of a drag event that matters here. */
export interface Drag {
  readonly dataTransfer: { readonly types: readonly string[]; dropEffect: DataTransfer['dropEffect'] } | null
  preventDefault(): void
}

/** The browser would show the files in place of the page, and the room would be left. Dragged text stays as it is. */
export function refuseFiles(drag: Drag): void {
  if (!drag.dataTransfer?.types.includes('Files')) return
  drag.preventDefault()
  drag.dataTransfer.dropEffect = 'none'
}
