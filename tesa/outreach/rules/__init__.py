"""Pure rules of outreach: clocks, life-cycle, candidates, keywords."""
