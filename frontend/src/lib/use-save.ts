import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiProblem } from '@/api/problem'
import { useErrorText } from '@/ui/states'
import { toast } from '@/ui/toast'

interface Saving<Input, Output> {
  run: (input: Input) => Promise<Output>
  /** Lists that are asked for again. */
  stale?: QueryKey[]
  /** Said in the corner when it worked. */
  said?: string
  onDone?: (output: Output, input: Input) => void
  /** Errors are shown by the form itself and not in the corner. */
  quiet?: boolean
}

/** A change sent to the server: busy state, messages for fields, fresh lists, a word in the corner. */
export function useSave<Input = void, Output = unknown>(saving: Saving<Input, Output>) {
  const client = useQueryClient()
  const say = useErrorText()
  const mutation = useMutation({
    mutationFn: saving.run,
    onSuccess: async (output, input) => {
      for (const queryKey of saving.stale ?? []) void client.invalidateQueries({ queryKey })
      if (saving.said) toast(saving.said)
      saving.onDone?.(output, input)
    },
    onError: (error) => {
      if (!saving.quiet) toast(say(error), 'bad')
    },
  })
  const problem = mutation.error instanceof ApiProblem ? mutation.error : null
  return {
    save: mutation.mutate,
    busy: mutation.isPending,
    error: mutation.error,
    errorText: mutation.error ? say(mutation.error) : null,
    field: (name: string) => problem?.field(name),
  }
}
