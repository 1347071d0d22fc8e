import { expect, it, vi } from 'vitest'
import { refuseFiles } from './file-drops'

const drag = (...types: readonly string[]) => ({
  dataTransfer: { types, dropEffect: 'copy' as DataTransfer['dropEffect'] },
  preventDefault: vi.fn(),
})

it('a folder that is dropped does not take the page away', () => {
  const folder = drag('Files')
  refuseFiles(folder)
  expect(folder.preventDefault).toHaveBeenCalledOnce()
  expect(folder.dataTransfer.dropEffect).toBe('none')
})

it('text can be dragged into what one writes', () => {
  const text = drag('text/plain')
  refuseFiles(text)
  expect(text.preventDefault).not.toHaveBeenCalled()
})
