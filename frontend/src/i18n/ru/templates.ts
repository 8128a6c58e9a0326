import type en from '../en/templates'
import { pluralRu } from '../plural'

const templates: typeof en = {
  title: 'Шаблоны',
  sub: 'Готовые сценарии: выберите и ответьте на вопросы',
  search: 'Найти шаблон',
  steps: (n) => `${n} ${pluralRu(n, 'шаг', 'шага', 'шагов')}`,
  questions: 'Ответы для сценария',
  noQuestions: 'Спрашивать нечего: остальное настраивается в редакторе.',
  later: 'Ответы можно оставить пустыми и указать в редакторе.',
  what: 'Что он делает',
  create: 'Создать сценарий',
  connection: 'Выберите аккаунт',
  noConnection: 'позже',
}
export default templates
