import type en from '../en/builder'

const builder: typeof en = {
  title: 'Сценарий',
}
export default builder
