"""The flows: for each, what is fetched from whom, what it becomes, where it goes."""
