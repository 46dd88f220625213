"""Pure rules of cases: risk, life-cycle, who may do what with a case, safe contact, numbers, drafts."""
