/** Fields for what people sign in with and agree to. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, ComponentProps, VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import { number, object } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { passwords, signIn } from "../strings/sign-in.ts";
import { Field } from "./ui.tsx";

type FieldProps = ComponentProps<typeof Field>;

/** A password, which one may look at. */
export function PasswordField(props: FieldProps): VNode {
  const isShown = useSignal(false);
  return (
    <div class="password">
      <Field {...props} type={isShown.value ? "text" : "password"} spellcheck={false} autocapitalize="off" />
      <button
        type="button"
        class="quiet"
        aria-pressed={isShown.value}
        aria-label={`${isShown.value ? signIn.hide() : signIn.show()}: ${props.label}`}
        onClick={() => (isShown.value = !isShown.value)}
      >
        {isShown.value ? signIn.hide() : signIn.show()}
      </button>
    </div>
  );
}

const ASKED_AFTER_MS = 400;
const SHORTEST = 8;
const STRONG = 3;

/** A password that is to be: says whether it would be taken. */
export function NewPasswordField(props: Omit<FieldProps, "hint" | "label"> & { readonly label?: string }): VNode {
  const { api } = useSite();
  const hint = useSignal(passwords.rule());
  useEffect(() => {
    hint.value = passwords.rule();
    if (props.value.length < SHORTEST) return;
    const ending = new AbortController();
    const ask = async (): Promise<void> => {
      const shape = object({ score: number });
      const { score } = await api.call("/auth/password-strength", { password: props.value }, shape, ending.signal);
      hint.value = score < STRONG ? passwords.weak() : passwords.strong();
    };
    const timer = setTimeout(() => void ask().catch(() => undefined), ASKED_AFTER_MS); // the hub says in the end
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [api, hint, props.value]);
  return (
    <PasswordField
      autocomplete="new-password"
      required
      minLength={SHORTEST}
      maxLength={64}
      {...props}
      label={props.label ?? passwords.new()}
      hint={hint.value}
    />
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly problem?: string | undefined;
  readonly children?: ComponentChildren;
  onCheck(checked: boolean): void;
}

/** Yes or no. */
export function Check({ label, checked, required, disabled, problem, children, onCheck }: CheckProps): VNode {
  const id = useId();
  return (
    <div class="field check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        required={required}
        disabled={disabled}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-note` : undefined}
        onChange={(event) => onCheck(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {children}
      {problem && (
        <p id={`${id}-note`} class="field-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
