/** How many sandboxed frames live at a time: each is a document of its own, with its libraries. */

export interface Tenant {
  /** Near enough to what is seen that it must not be evicted. */
  readonly near: boolean;
  evict(): void;
}

export class FramePool {
  readonly #capacity: number;
  /** Least recently near first. */
  readonly #tenants = new Set<Tenant>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Takes in a tenant, or notes that it has come near again; others that are far may have to go. */
  admit(tenant: Tenant): void {
    this.#tenants.delete(tenant);
    this.#tenants.add(tenant);
    for (const other of [...this.#tenants]) {
      if (this.#tenants.size <= this.#capacity) return;
      if (!other.near) this.#evict(other);
    }
  }

  leave(tenant: Tenant): void {
    this.#tenants.delete(tenant);
  }

  #evict(tenant: Tenant): void {
    this.#tenants.delete(tenant);
    tenant.evict();
  }
}

/** Shared by all outputs of the page, for it is the page's memory that they share. */
export const pagePool = new FramePool(24);
